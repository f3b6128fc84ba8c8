package io.ringmount.channels.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;

/** Histograms answer within 1/16 what a sorted list of the durations would answer. */
class HistogramPropertyTest {
  private static final long LIMIT = 1L << 37;

  /** Of narrow buckets, whose width is 8 ns. */
  private static final double HALF_WIDTH = 4;

  @Property
  void bucketHoldsItsDurations(@ForAll @LongRange(max = LIMIT - 1) long nanos) {
    int bucket = HistogramBuckets.of(nanos);
    long lowest = HistogramBuckets.lowest(bucket);
    assertTrue(lowest <= nanos && nanos < lowest + HistogramBuckets.width(bucket));
    assertClose(nanos, HistogramBuckets.middle(bucket));
  }

  @Property
  void everyPowerOfTwoBeginsABucket(@ForAll @IntRange(min = 6, max = 36) int exponent) {
    int bucket = HistogramBuckets.of(1L << exponent);
    assertEquals(1L << exponent, HistogramBuckets.lowest(bucket));
    assertEquals(bucket - 1, HistogramBuckets.of((1L << exponent) - 1));
  }

  @Example
  void bucketsLieEndToEnd() {
    long end = 0;
    for (int i = 0; i < HistogramBuckets.COUNT; i++) {
      assertEquals(end, HistogramBuckets.lowest(i));
      end += HistogramBuckets.width(i);
    }
    assertEquals(LIMIT, end);
  }

  @Property
  void durationsOutOfRangeAreClamped(
      @ForAll @LongRange(min = Long.MIN_VALUE, max = 0) long low,
      @ForAll @LongRange(min = LIMIT, max = Long.MAX_VALUE) long high) {
    assertEquals(0, HistogramBuckets.of(low));
    assertEquals(HistogramBuckets.COUNT - 1, HistogramBuckets.of(high));
  }

  @Property
  void percentilesAreThoseOfTheSortedList(
      @ForAll("durations") @Size(min = 1, max = 300) List<Long> durations,
      @ForAll @Scale(3) @DoubleRange(min = 0.001, max = 100) double percent) {
    HistogramSnapshot histogram = histogram(durations);
    for (double each : new double[] {percent, 50, 99, 99.9}) {
      assertClose(nearestRank(durations, each), histogram.percentile(each));
    }
    assertEquals(durations.stream().mapToLong(each -> each).max().orElseThrow(), histogram.max());
    assertEquals(histogram.max(), histogram.percentile(100));
    assertEquals(durations.size(), histogram.count());
  }

  @Property
  void meanIsThatOfTheList(@ForAll("durations") @Size(min = 1, max = 300) List<Long> durations) {
    double mean = durations.stream().mapToLong(each -> each).average().orElseThrow();
    assertEquals(mean, histogram(durations).mean(), Math.max(HALF_WIDTH, mean / 16));
  }

  @Property
  void sumHoldsBothAndDifferenceTheInterval(
      @ForAll("durations") @Size(max = 100) List<Long> before,
      @ForAll("durations") @Size(min = 1, max = 100) List<Long> after) {
    HistogramSnapshot earlier = histogram(before);
    HistogramSnapshot both = earlier.plus(histogram(after));
    HistogramSnapshot interval = both.minus(earlier);

    assertEquals(before.size() + after.size(), both.count());
    assertEquals(after.size(), interval.count());
    long max = after.stream().mapToLong(each -> each).max().orElseThrow();
    assertEquals(Math.max(earlier.max(), max), both.max());
    if (max > earlier.max()) {
      assertEquals(max, interval.max());
    }
    assertClose(max, interval.max());
    assertClose(nearestRank(after, 50), interval.percentile(50));
  }

  @Example
  void nothingRecordedIsZero() {
    assertEquals(0, HistogramSnapshot.EMPTY.percentile(99.9));
    assertEquals(0, HistogramSnapshot.EMPTY.max());
    assertEquals(0, HistogramSnapshot.EMPTY.mean());
    HistogramSnapshot some = histogram(List.of(5_000L));
    assertEquals(0, some.minus(some).max());
  }

  @Example
  void roundingDoesNotShiftTheRank() {
    // In floating point, 99.9 * 41000 / 100 is more than 40959.
    List<Long> durations =
        LongStream.rangeClosed(1, 41_000)
            .map(i -> i <= 40_959 ? 1_000 : 1_000_000)
            .boxed()
            .toList();
    HistogramSnapshot histogram = histogram(durations);
    assertClose(1_000, histogram.percentile(99.9));
    assertClose(1_000_000, histogram.percentile(99.901));
  }

  @Example
  void percentOutOfRangeIsRefused() {
    for (double percent : new double[] {0, -1, 100.1, Double.NaN}) {
      assertThrows(
          IllegalArgumentException.class, () -> HistogramSnapshot.EMPTY.percentile(percent));
    }
  }

  @Provide
  Arbitrary<List<Long>> durations() {
    Arbitrary<Long> anywhere = Arbitraries.longs().between(0, LIMIT - 1);
    Arbitrary<Long> usual = Arbitraries.longs().between(2_000, 200_000);
    return Arbitraries.oneOf(anywhere, usual).list();
  }

  private static HistogramSnapshot histogram(List<Long> durations) {
    long[] buckets = new long[HistogramBuckets.COUNT];
    long max = 0;
    for (long each : durations) {
      buckets[HistogramBuckets.of(each)]++;
      max = Math.max(max, each);
    }
    return new HistogramSnapshot(buckets, max);
  }

  private static long nearestRank(List<Long> durations, double percent) {
    List<Long> sorted = durations.stream().sorted().toList();
    int rank = (int) Math.ceil(Math.nextDown(percent) * sorted.size() / 100);
    return sorted.get(Math.max(1, rank) - 1);
  }

  private static void assertClose(long expected, long actual) {
    assertEquals(expected, actual, Math.max(HALF_WIDTH, expected / 16.0));
  }
}
