package io.ringmount.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Bursts of several subjects side by side: in every round each subject does each workload once, one
 * right after the other and in another order each round, so that a machine whose speed drifts
 * treats all alike. Results are medians; a ratio is the median of the rounds' ratios.
 */
final class Comparison {
  private final List<Subject> subjects;
  private final List<Workload> workloads;
  private final Map<Workload, Map<Subject, List<Burst>>> bursts = new LinkedHashMap<>();

  Comparison(List<Subject> subjects, List<Workload> workloads) {
    this.subjects = List.copyOf(subjects);
    this.workloads = List.copyOf(workloads);
    for (Workload workload : workloads) {
      Map<Subject, List<Burst>> row = new LinkedHashMap<>();
      subjects.forEach(subject -> row.put(subject, new ArrayList<>()));
      bursts.put(workload, row);
    }
  }

  /** One uncounted round and {@code rounds} counted ones, with bursts of {@code millis}. */
  void run(int rounds, long millis, Consumer<String> progress) throws Exception {
    for (int round = 0; round <= rounds; round++) {
      progress.accept(round == 0 ? "warm-up" : "round " + round + " of " + rounds);
      List<Subject> order = new ArrayList<>(subjects);
      Collections.rotate(order, round);
      for (Workload workload : workloads) {
        for (Subject subject : order) {
          Burst burst = Burst.measure(subject, workload, millis);
          if (round > 0) {
            bursts.get(workload).get(subject).add(burst);
          }
        }
      }
    }
  }

  /**
   * A table a workload: operations per second, latencies, the server's processor time, and the
   * ratio of operations per second to each of {@code baselines}, with the smallest and largest of a
   * round.
   */
  String table(List<Subject> baselines) {
    StringBuilder text = new StringBuilder();
    for (Workload workload : workloads) {
      Map<Subject, List<Burst>> row = bursts.get(workload);
      text.append(
          "%n%-24s %10s %8s %8s %8s %9s"
              .formatted(workload.name(), "ops/s", "p50 us", "p99 us", "p99.9 us", "CPU us/op"));
      for (Subject baseline : baselines) {
        text.append("  %26s".formatted("/ " + baseline.name()));
      }
      text.append('\n');
      for (Subject subject : subjects) {
        List<Burst> all = row.get(subject);
        text.append(
            "  %-22s %10.0f %8.1f %8.1f %8.1f %9.2f"
                .formatted(
                    subject.name(),
                    median(all, Burst::operationsPerSecond),
                    median(all, b -> b.latency().getValueAtPercentile(50) / 1e3),
                    median(all, b -> b.latency().getValueAtPercentile(99) / 1e3),
                    median(all, b -> b.latency().getValueAtPercentile(99.9) / 1e3),
                    median(all, b -> b.serverNanosPerOperation() / 1e3)));
        for (Subject baseline : baselines) {
          text.append("  %26s".formatted(ratio(all, row.get(baseline))));
        }
        text.append('\n');
      }
    }
    return text.toString();
  }

  private static String ratio(List<Burst> subject, List<Burst> baseline) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < subject.size(); i++) {
      ratios.add(subject.get(i).operationsPerSecond() / baseline.get(i).operationsPerSecond());
    }
    return "%.2f (%.2f to %.2f)"
        .formatted(median(ratios), Collections.min(ratios), Collections.max(ratios));
  }

  private static double median(List<Burst> bursts, ToDoubleFunction<Burst> figure) {
    return median(bursts.stream().mapToDouble(figure).boxed().toList());
  }

  /** The middle value, or the mean of the two in the middle. */
  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
