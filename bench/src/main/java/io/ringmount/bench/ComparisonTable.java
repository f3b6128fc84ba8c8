package io.ringmount.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** A comparison as text: a block a workload, a line a subject, medians of the rounds. */
final class ComparisonTable {
  private static final String FIGURES = "%-24s %8s %7s %7s %8s %7s";
  private static final String RATIOS = "  %16s %5s %5s %5s";

  private final Comparison comparison;
  private final List<Subject> baselines;

  /**
   * @param baselines the subjects that the others are divided by
   */
  ComparisonTable(Comparison comparison, List<Subject> baselines) {
    this.comparison = comparison;
    this.baselines = List.copyOf(baselines);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(FIGURES.formatted("", "", "p50", "p99", "p99.9", "CPU us"));
    baselines.forEach(each -> text.append("  %-34s".formatted("/ " + each.name())));
    text.append('\n');
    text.append(FIGURES.formatted("", "ops/s", "us", "us", "us", "per op"));
    baselines.forEach(_ -> text.append(RATIOS.formatted("ops/s (range)", "p50", "p99", "CPU")));
    text.append('\n');
    for (Workload workload : comparison.workloads()) {
      text.append(workload.name()).append('\n');
      for (Subject subject : comparison.subjects()) {
        line(text, workload, subject);
      }
    }
    return text.toString()
        .lines()
        .map(String::stripTrailing)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private void line(StringBuilder text, Workload workload, Subject subject) {
    List<Burst> bursts = comparison.bursts(workload, subject);
    text.append(
        FIGURES.formatted(
            "  " + subject.name(),
            "%.0f".formatted(median(bursts, Burst::operationsPerSecond)),
            micros(bursts, 50),
            micros(bursts, 99),
            micros(bursts, 99.9),
            "%.2f".formatted(median(bursts, Burst::serverNanosPerOperation) / 1e3)));
    for (Subject baseline : baselines) {
      List<Burst> base = comparison.bursts(workload, baseline);
      text.append(
          RATIOS.formatted(
              Ratio.of(bursts, base, Burst::operationsPerSecond).withRange(),
              Ratio.of(bursts, base, burst -> burst.percentileMicros(50)),
              Ratio.of(bursts, base, burst -> burst.percentileMicros(99)),
              Ratio.of(bursts, base, Burst::serverNanosPerOperation)));
    }
    text.append('\n');
  }

  private static String micros(List<Burst> bursts, double percentile) {
    return "%.1f".formatted(median(bursts, burst -> burst.percentileMicros(percentile)));
  }

  private static double median(List<Burst> bursts, ToDoubleFunction<Burst> figure) {
    return Ratio.median(bursts.stream().map(figure::applyAsDouble).toList());
  }
}
