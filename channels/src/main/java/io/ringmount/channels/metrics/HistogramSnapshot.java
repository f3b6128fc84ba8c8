package io.ringmount.channels.metrics;

/**
 * Durations counted in {@link HistogramBuckets}, at one moment; all of them in nanoseconds. Values
 * from 64 ns to 137 s are known within 1/16, the maximum exactly; longer ones count as 137 s, and
 * shorter ones are known within 4 ns. Immutable.
 */
public final class HistogramSnapshot {
  /** Nothing recorded. */
  public static final HistogramSnapshot EMPTY =
      new HistogramSnapshot(new long[HistogramBuckets.COUNT], 0);

  private final long[] buckets;
  private final long max;
  private final long count;

  /**
   * @param buckets the result's own from now on
   * @param max the largest duration recorded; may lag behind the buckets, as both change while they
   *     are read
   */
  HistogramSnapshot(long[] buckets, long max) {
    long sum = 0;
    long least = 0;
    for (int i = 0; i < buckets.length; i++) {
      sum += buckets[i];
      least = buckets[i] > 0 ? HistogramBuckets.lowest(i) : least;
    }
    this.buckets = buckets;
    this.max = Math.max(least, max);
    this.count = sum;
  }

  /** Durations recorded in a bucket of {@link HistogramBuckets}. */
  long bucket(int index) {
    return buckets[index];
  }

  /** Durations recorded. */
  public long count() {
    return count;
  }

  /** The largest duration recorded; 0 where nothing is. */
  public long max() {
    return max;
  }

  /**
   * The duration that {@code percent} of those recorded do not exceed, within 1/16; 0 where nothing
   * is recorded.
   *
   * @param percent more than 0, at most 100
   */
  public long percentile(double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException(percent + " percent");
    }
    // Rounded down, or 99.9 % of 41000 would be more than 40959.
    long rank = Math.max(1, (long) Math.ceil(Math.nextDown(percent) * count / 100));
    long seen = 0;
    for (int bucket = 0; bucket < HistogramBuckets.COUNT && rank < count; bucket++) {
      seen += buckets[bucket];
      if (seen >= rank) {
        return Math.min(max, HistogramBuckets.middle(bucket));
      }
    }
    return max;
  }

  /** Mean duration, within 1/16; 0 where nothing is recorded. */
  public double mean() {
    return count == 0 ? 0 : sum() / count;
  }

  /** All durations together, within 1/16. */
  public double sum() {
    double sum = 0;
    for (int i = 0; i < HistogramBuckets.COUNT; i++) {
      sum += (double) buckets[i] * Math.min(max, HistogramBuckets.middle(i));
    }
    return sum;
  }

  /** What both have recorded. */
  public HistogramSnapshot plus(HistogramSnapshot other) {
    long[] sums = buckets.clone();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += other.buckets[i];
    }
    return new HistogramSnapshot(sums, Math.max(max, other.max));
  }

  /**
   * What was recorded since {@code earlier}, a snapshot of the same histogram. Its maximum is exact
   * where it exceeds the earlier one, otherwise known within 1/16 too.
   */
  public HistogramSnapshot minus(HistogramSnapshot earlier) {
    long[] gains = buckets.clone();
    int highest = -1;
    for (int i = 0; i < gains.length; i++) {
      gains[i] = Math.max(0, gains[i] - earlier.buckets[i]);
      highest = gains[i] > 0 ? i : highest;
    }
    return new HistogramSnapshot(gains, highest < 0 ? 0 : maxSince(earlier, highest));
  }

  private long maxSince(HistogramSnapshot earlier, int highest) {
    if (max > earlier.max) {
      return max;
    }
    // What is too long for any bucket is in the last one, whose middle then says nothing.
    boolean beyond = highest == HistogramBuckets.COUNT - 1 && max >= HistogramBuckets.LIMIT;
    return beyond ? max : Math.min(max, HistogramBuckets.middle(highest));
  }
}
