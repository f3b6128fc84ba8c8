package io.ringmount.bench.torture;

import java.nio.file.Path;
import java.util.List;

/**
 * What a client is to do.
 *
 * @param root the mount, or any directory, with a {@link SharedDirectory}
 * @param number of the client, from 0
 * @param clients how many there are
 * @param cpu where it runs
 * @param seed of its random choices
 * @param pauseMicros between two steps
 * @param hangMillis a call that takes longer is reported as one that hangs
 * @param bounded whether a call may end with ECANCELED
 */
record ClientPlan(
    Path root,
    int number,
    int clients,
    int cpu,
    long seed,
    long pauseMicros,
    long hangMillis,
    boolean bounded) {

  /** As arguments of the client's program. */
  List<String> arguments() {
    return List.of(
        root.toString(),
        Integer.toString(number),
        Integer.toString(clients),
        Integer.toString(cpu),
        Long.toString(seed),
        Long.toString(pauseMicros),
        Long.toString(hangMillis),
        Boolean.toString(bounded));
  }

  /** Reads {@link #arguments}. */
  static ClientPlan of(List<String> arguments) {
    return new ClientPlan(
        Path.of(arguments.get(0)),
        Integer.parseInt(arguments.get(1)),
        Integer.parseInt(arguments.get(2)),
        Integer.parseInt(arguments.get(3)),
        Long.parseLong(arguments.get(4)),
        Long.parseLong(arguments.get(5)),
        Long.parseLong(arguments.get(6)),
        Boolean.parseBoolean(arguments.get(7)));
  }

  /** The directory of this client alone. */
  Path directory() {
    return root.resolve("client-" + number);
  }

  Path shared() {
    return SharedDirectory.of(root);
  }
}
