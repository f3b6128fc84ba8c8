package io.ringmount.bench;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Where a subject is furthest behind a baseline, and furthest ahead of it; without the rows in
 * which a server took no time that could be measured.
 */
final class WorstRows {
  private final Comparison comparison;
  private final Subject baseline;

  WorstRows(Comparison comparison, Subject baseline) {
    this.comparison = comparison;
    this.baseline = baseline;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Subject subject : comparison.subjects()) {
      if (!subject.equals(baseline)) {
        text.append(subject.name()).append(" / ").append(baseline.name()).append('\n');
        line(text, subject, "ops/s", Burst::operationsPerSecond, true);
        line(text, subject, "p50", burst -> burst.percentileMicros(50), false);
        line(text, subject, "CPU per op", Burst::serverNanosPerOperation, false);
      }
    }
    return text.toString();
  }

  private void line(
      StringBuilder text,
      Subject subject,
      String figure,
      ToDoubleFunction<Burst> value,
      boolean moreIsBetter) {
    Comparator<Workload> ascending =
        Comparator.comparingDouble(row -> ratio(row, subject, value).median());
    Comparator<Workload> worstFirst = moreIsBetter ? ascending : ascending.reversed();
    List<Workload> rows =
        comparison.workloads().stream()
            .filter(row -> Double.isFinite(ratio(row, subject, value).median()))
            .toList();
    if (rows.isEmpty()) {
      return;
    }
    Workload worst = Collections.min(rows, worstFirst);
    Workload best = Collections.max(rows, worstFirst);
    text.append(
        "  %-10s  worst %s: %s; best %s: %s%n"
            .formatted(
                figure,
                ratio(worst, subject, value),
                worst.name(),
                ratio(best, subject, value),
                best.name()));
  }

  private Ratio ratio(Workload row, Subject subject, ToDoubleFunction<Burst> value) {
    return Ratio.of(comparison.bursts(row, subject), comparison.bursts(row, baseline), value);
  }
}
