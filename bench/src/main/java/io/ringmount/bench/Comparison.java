package io.ringmount.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Bursts of several subjects side by side: in every round each subject does each workload once, one
 * right after the other and in another order each round, so that a machine whose speed drifts
 * treats all alike. A burst that others disturbed is repeated, whatever its result.
 */
final class Comparison {
  /** The most that others may take of the machine; the kernel's count is good to half of it. */
  private static final double QUIET = 0.05;

  private static final int REPETITIONS = 5;

  private final List<Subject> subjects;
  private final List<Workload> workloads;
  private final SampleData data;
  private final Map<Workload, Map<Subject, List<Burst>>> bursts = new LinkedHashMap<>();
  private int repeated;
  private int disturbed;

  Comparison(List<Subject> subjects, List<Workload> workloads, SampleData data) {
    this.subjects = List.copyOf(subjects);
    this.workloads = List.copyOf(workloads);
    this.data = data;
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
          if (round == 0) {
            Burst.measure(subject, workload, data, millis);
          } else {
            bursts.get(workload).get(subject).add(quietest(subject, workload, millis));
          }
        }
      }
    }
  }

  /** The first quiet burst, or the quietest of all attempts. */
  private Burst quietest(Subject subject, Workload workload, long millis) throws Exception {
    Burst best = Burst.measure(subject, workload, data, millis);
    for (int i = 0; i < REPETITIONS && best.foreignLoad() > QUIET; i++) {
      repeated++;
      Burst next = Burst.measure(subject, workload, data, millis);
      best = next.foreignLoad() < best.foreignLoad() ? next : best;
    }
    if (best.foreignLoad() > QUIET) {
      disturbed++;
    }
    return best;
  }

  List<Subject> subjects() {
    return subjects;
  }

  List<Workload> workloads() {
    return workloads;
  }

  /** One burst a round. */
  List<Burst> bursts(Workload workload, Subject subject) {
    return bursts.get(workload).get(subject);
  }

  /** How quiet the machine was. */
  String quiet() {
    return "%d bursts were repeated since others took over %.0f %% of the machine; %d stayed so"
        .formatted(repeated, QUIET * 100, disturbed);
  }
}
