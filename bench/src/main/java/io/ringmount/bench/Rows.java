package io.ringmount.bench;

import static io.ringmount.bench.Operation.COLD_READ;
import static io.ringmount.bench.Operation.FSTAT;
import static io.ringmount.bench.Operation.LOOKUP;
import static io.ringmount.bench.Operation.RANDOM_READ;
import static io.ringmount.bench.Operation.RANDOM_WRITE;
import static io.ringmount.bench.Operation.SEQUENTIAL_READ;
import static io.ringmount.bench.Operation.SEQUENTIAL_WRITE;
import static io.ringmount.bench.Operation.STORAGE_READ;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The workloads of each command. */
final class Rows {
  private static final List<Operation> SMALL = List.of(FSTAT, LOOKUP, RANDOM_READ, RANDOM_WRITE);
  private static final List<Operation> LARGE = List.of(SEQUENTIAL_READ, SEQUENTIAL_WRITE);
  private static final List<Operation> STORAGE = List.of(STORAGE_READ, COLD_READ);

  private Rows() {}

  /** What a comparison shows when nothing is asked for: a few minutes. */
  static List<Workload> quick() {
    return Stream.of(
            product(SMALL, List.of(1, 4)), product(LARGE, List.of(1)), product(STORAGE, List.of(4)))
        .flatMap(List::stream)
        .toList();
  }

  /** Every row of a comparison. */
  static List<Workload> all() {
    return Stream.of(
            product(SMALL, List.of(1, 2, 4, 16)),
            product(LARGE, List.of(1, 4)),
            product(STORAGE, List.of(4, 16)))
        .flatMap(List::stream)
        .toList();
  }

  /** Every operation with these numbers of clients. */
  static List<Workload> with(List<Integer> clients) {
    return product(List.of(Operation.values()), clients);
  }

  private static List<Workload> product(List<Operation> operations, List<Integer> clients) {
    return operations.stream()
        .flatMap(operation -> clients.stream().map(count -> new Workload(operation, count)))
        .toList();
  }

  /**
   * Waiting for requests where each processor has a channel of its own: clients next to it, busy or
   * pausing, with and without others who want the processor.
   *
   * @param cpus those that clients may run on
   */
  static List<Workload> waiting(List<Integer> cpus) {
    Integer cpu = cpus.getFirst();
    List<Workload> rows = new ArrayList<>();
    for (Operation operation : List.of(FSTAT, RANDOM_READ)) {
      Workload one = new Workload(operation, 1);
      Workload pinned = one.on(cpu);
      rows.add(one);
      rows.add(pinned);
      for (long micros : new long[] {10, 50, 200, 1000}) {
        rows.add(pinned.thinking(Think.sleeping(micros)));
      }
      rows.add(pinned.thinking(Think.computing(10)));
      rows.add(pinned.besideHogs(List.of(cpu)));
      rows.add(one.besideHogs(cpus));
      rows.add(new Workload(operation, cpus.size()).on(cpus.toArray(Integer[]::new)));
      rows.add(new Workload(operation, 2 * cpus.size()));
    }
    return rows;
  }

  /**
   * Waiting for requests on processors that serve the others' requests: with the clients elsewhere
   * they are dedicated, with a client or a hog there they are not.
   *
   * @param clients processors without a channel
   * @param channels processors with one
   */
  static List<Workload> waitingElsewhere(List<Integer> clients, List<Integer> channels) {
    Integer cpu = clients.getFirst();
    List<Workload> rows = new ArrayList<>();
    for (Operation operation : List.of(FSTAT, RANDOM_READ)) {
      Workload one = new Workload(operation, 1).on(cpu);
      rows.add(one);
      rows.add(one.thinking(Think.sleeping(50)));
      rows.add(one.thinking(Think.computing(10)));
      rows.add(new Workload(operation, 4).on(clients.toArray(Integer[]::new)));
      rows.add(new Workload(operation, 2).on(cpu, channels.getFirst()));
      rows.add(one.besideHogs(channels));
    }
    return rows;
  }

  /** All load from one processor, and last the same without that for comparison. */
  static List<Workload> balance(Integer cpu) {
    return List.of(
        new Workload(FSTAT, 4).on(cpu),
        new Workload(RANDOM_READ, 4).on(cpu),
        new Workload(RANDOM_READ, 16).on(cpu),
        new Workload(SEQUENTIAL_READ, 4).on(cpu),
        new Workload(STORAGE_READ, 16).on(cpu),
        new Workload(RANDOM_READ, 4));
  }

  /**
   * Those whose names match one of {@code patterns}: contain it, in any case, or are of that form
   * where it has a {@code *}. Without patterns, all.
   */
  static List<Workload> matching(List<Workload> rows, List<String> patterns) {
    return rows.stream()
        .filter(row ->
            patterns.isEmpty()
                || patterns.stream().anyMatch(pattern -> matches(row.name(), pattern)))
        .toList();
  }

  private static boolean matches(String name, String pattern) {
    String text = name.toLowerCase(Locale.ROOT);
    String lower = pattern.toLowerCase(Locale.ROOT);
    if (!lower.contains("*")) {
      return text.contains(lower);
    }
    return text.matches(
        Arrays.stream(lower.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*")));
  }
}
