package io.ringmount.bench;

import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** A figure of one subject divided by that of another: median, smallest and largest of a round. */
record Ratio(double median, double smallest, double largest) {
  /** Bursts of the same rounds, in the same order. */
  static Ratio of(List<Burst> subject, List<Burst> baseline, ToDoubleFunction<Burst> figure) {
    List<Double> ratios =
        IntStream.range(0, subject.size())
            .mapToObj(
                i -> figure.applyAsDouble(subject.get(i)) / figure.applyAsDouble(baseline.get(i)))
            .toList();
    return new Ratio(median(ratios), Collections.min(ratios), Collections.max(ratios));
  }

  /** The middle value, or the mean of the two in the middle. */
  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  String withRange() {
    return "%s (%s-%s)".formatted(number(median), number(smallest), number(largest));
  }

  @Override
  public String toString() {
    return number(median);
  }

  /** A dash where a server took no time that could be measured. */
  private static String number(double value) {
    return Double.isFinite(value) ? "%.2f".formatted(value) : "-";
  }
}
