package io.ringmount.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class RatioTest {
  private static Burst burst(double operationsPerSecond, double serverNanos) {
    return new Burst(operationsPerSecond, new Histogram(3), serverNanos, 0);
  }

  @Test
  void theMedianIsInTheMiddle() {
    assertEquals(2, Ratio.median(List.of(9.0, 1.0, 2.0)));
    assertEquals(3, Ratio.median(List.of(9.0, 1.0, 2.0, 4.0)));
  }

  /** The medians alone would give 20 / 10 = 2. */
  @Test
  void burstsOfOneRoundAreDivided() {
    List<Burst> subject = List.of(burst(10, 1), burst(20, 1), burst(90, 1));
    List<Burst> baseline = List.of(burst(10, 1), burst(40, 1), burst(9, 1));
    assertEquals(new Ratio(1, 0.5, 10), Ratio.of(subject, baseline, Burst::operationsPerSecond));
    assertEquals(
        "1.00 (0.50-10.00)", Ratio.of(subject, baseline, Burst::operationsPerSecond).withRange());
  }

  @Test
  void withoutTimeThereIsNoRatio() {
    List<Burst> none = List.of(burst(10, 0));
    assertEquals("-", Ratio.of(none, none, Burst::serverNanosPerOperation).toString());
    assertEquals(
        "-", Ratio.of(List.of(burst(1, 5)), none, Burst::serverNanosPerOperation).toString());
  }
}
