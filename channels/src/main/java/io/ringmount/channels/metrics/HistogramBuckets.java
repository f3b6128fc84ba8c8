package io.ringmount.channels.metrics;

/**
 * The buckets of all histograms: linear up to 64 ns, then eight to each power of two up to 2^37 ns
 * (137 s).
 *
 * <pre>
 *   bucket    0 ..   7   8 ns wide each                         [0, 64) ns
 *   bucket    8 ..  15   8 ns                                  [64, 128) ns
 *   bucket   16 ..  23  16 ns                                 [128, 256) ns
 *   ...
 *   bucket  248 .. 255   2^33 ns                            [2^36, 2^37) ns
 * </pre>
 *
 * From 64 ns on a bucket is at most 1/8 of its values wide, hence its middle within 1/16 of each of
 * them. Negative durations count as 0, those of 2^37 ns and more in the last bucket.
 */
final class HistogramBuckets {
  /** How many there are. */
  static final int COUNT = 256;

  private static final int SUBDIVISION_BITS = 3;
  private static final int SUBDIVISIONS = 1 << SUBDIVISION_BITS;

  /** Bits of the narrowest buckets' width. */
  private static final int WIDTH_BITS = 3;

  private static final int LINEAR_BITS = WIDTH_BITS + SUBDIVISION_BITS;
  private static final int LIMIT_BITS = LINEAR_BITS + COUNT / SUBDIVISIONS - 1;

  /** Nanoseconds that are too long for any bucket, and count in the last one. */
  static final long LIMIT = 1L << LIMIT_BITS;

  private HistogramBuckets() {}

  /** The bucket that counts {@code nanos}, 0 to {@link #COUNT} - 1. */
  static int of(long nanos) {
    if (nanos < 1L << LINEAR_BITS) {
      return nanos < 0 ? 0 : (int) (nanos >>> WIDTH_BITS);
    }
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    if (exponent >= LIMIT_BITS) {
      return COUNT - 1;
    }
    int octave = exponent - LINEAR_BITS + 1;
    int subdivision = (int) (nanos >>> (exponent - SUBDIVISION_BITS)) & (SUBDIVISIONS - 1);
    return (octave << SUBDIVISION_BITS) + subdivision;
  }

  /** The least duration of {@code bucket}, in nanoseconds. */
  static long lowest(int bucket) {
    int octave = bucket >>> SUBDIVISION_BITS;
    long subdivision = bucket & (SUBDIVISIONS - 1);
    return octave == 0
        ? subdivision << WIDTH_BITS
        : (SUBDIVISIONS + subdivision) << (octave - 1 + WIDTH_BITS);
  }

  /** Nanoseconds from {@link #lowest} to the least duration of the next bucket. */
  static long width(int bucket) {
    int octave = bucket >>> SUBDIVISION_BITS;
    return 1L << (Math.max(0, octave - 1) + WIDTH_BITS);
  }

  /** The duration that stands for all of {@code bucket}, in nanoseconds. */
  static long middle(int bucket) {
    return lowest(bucket) + width(bucket) / 2;
  }
}
