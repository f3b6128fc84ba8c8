package io.ringmount.bench.torture;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What came of a run.
 *
 * @param pauses of its events
 * @param latencies of all calls, in nanoseconds
 * @param canceled calls that ended with ECANCELED where that is allowed
 * @param notes lines on processes and what they use
 * @param violations in words; none: it passed
 */
public record TortureResult(
    Pauses pauses,
    Histogram latencies,
    List<String> canceled,
    List<String> notes,
    List<String> violations) {
  private static final int MOST_PRINTED = 50;
  private static final int SLOWEST_PRINTED = 5;
  private static final double[] BOUNDS_MILLIS = {
    0, 1, 2, 5, 10, 15, 25, 50, 100, 150, 250, 500, 1000, 2500, 5000, 10_000, 20_000, 60_000
  };

  public TortureResult {
    canceled = List.copyOf(canceled);
    notes = List.copyOf(notes);
    violations = List.copyOf(violations);
  }

  public boolean passed() {
    return violations.isEmpty();
  }

  /** A table, a histogram, and everything that is wrong. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        "  %-24s %10s %10s %10s %10s%n".formatted("", "number", "p50 ms", "p99 ms", "max ms"));
    text.append(
        "  %-24s %10d %10.2f %10.2f %10.2f%n"
            .formatted(
                "pauses",
                pauses.list().size(),
                pauses.millis(0.5),
                pauses.millis(0.99),
                pauses.millis(1)));
    text.append(
        "  %-24s %10d %10.2f %10.2f %10.2f%n"
            .formatted(
                "calls",
                latencies.getTotalCount(),
                latencies.getValueAtPercentile(50) / 1e6,
                latencies.getValueAtPercentile(99) / 1e6,
                latencies.getMaxValue() / 1e6));
    histogram(text);
    slowest(text);
    notes.forEach(each -> text.append("  %s%n".formatted(each)));
    if (!canceled.isEmpty()) {
      text.append("  %d calls ended with ECANCELED, as they may here%n".formatted(canceled.size()));
    }
    violations.stream()
        .limit(MOST_PRINTED)
        .forEach(each -> text.append("  VIOLATION %s%n".formatted(each)));
    if (violations.size() > MOST_PRINTED) {
      text.append("  and %d more%n".formatted(violations.size() - MOST_PRINTED));
    }
    text.append(passed() ? "  no violation%n".formatted() : "  FAILED%n".formatted());
    return text.toString();
  }

  private void histogram(StringBuilder text) {
    for (int i = 1; i < BOUNDS_MILLIS.length; i++) {
      long number = pauses.between(BOUNDS_MILLIS[i - 1], BOUNDS_MILLIS[i]);
      if (number > 0) {
        text.append("  pauses up to %6.0f ms %10d%n".formatted(BOUNDS_MILLIS[i], number));
      }
    }
  }

  private void slowest(StringBuilder text) {
    pauses.list().stream()
        .sorted((a, b) -> Long.compare(b.nanos(), a.nanos()))
        .limit(SLOWEST_PRINTED)
        .forEach(each ->
            text.append(
                "  %10.2f ms %s, %s; served again after %.2f ms; the machine stood still for %.2f ms%n"
                    .formatted(
                        each.millis(),
                        each.event().what(),
                        each.slowest().map(SlowCall::name).orElse("none slow"),
                        (each.event().end() - each.event().begin()) / 1e6,
                        each.stallMillis())));
    pauses.apart().forEach(each -> text.append("  %s%n".formatted(each)));
  }
}
