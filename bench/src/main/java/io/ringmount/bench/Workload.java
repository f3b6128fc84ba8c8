package io.ringmount.bench;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One row of a comparison: clients that repeat an operation, and what goes on beside them.
 *
 * @param operation what each client repeats
 * @param clients how many at once
 * @param think between two requests of a client
 * @param cpus where the clients run, in turn; empty: where the scheduler puts them
 * @param hogs processors on which a busy loop runs beside
 */
record Workload(
    Operation operation, int clients, Think think, List<Integer> cpus, List<Integer> hogs) {
  Workload {
    cpus = List.copyOf(cpus);
    hogs = List.copyOf(hogs);
    if (clients < 1) {
      throw new IllegalArgumentException("clients is " + clients + ", must be 1 or more");
    }
  }

  /** Clients that do nothing else, where the scheduler puts them. */
  Workload(Operation operation, int clients) {
    this(operation, clients, Think.NONE, List.of(), List.of());
  }

  Workload thinking(Think value) {
    return new Workload(operation, clients, value, cpus, hogs);
  }

  Workload on(Integer... value) {
    return new Workload(operation, clients, think, List.of(value), hogs);
  }

  Workload besideHogs(List<Integer> value) {
    return new Workload(operation, clients, think, cpus, value);
  }

  /** The row's name, such as {@code fstat, 1 client on CPU 0, sleeping 20 us, hog on CPU 0}. */
  String name() {
    return operation.label()
        + ", "
        + clients
        + (clients == 1 ? " client" : " clients")
        + place(" on CPU ", cpus)
        + think.label()
        + place(", hog on CPU ", hogs);
  }

  private static String place(String text, List<Integer> cpus) {
    return cpus.isEmpty()
        ? ""
        : cpus.stream().map(String::valueOf).collect(Collectors.joining("+", text, ""));
  }
}
