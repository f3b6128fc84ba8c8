package io.ringmount.bench.torture;

import java.util.Set;

/**
 * What an event replaces: each of these processes has one successor, all others stay.
 *
 * @param processes that have ended afterwards
 * @param standbyLost whether a standby that is there ends without having served; the generation
 *     that it was to be is no other's
 */
record Replacement(Set<Victim> processes, boolean standbyLost) {
  static final Replacement NONE = new Replacement(Set.of(), false);

  Replacement {
    processes = Set.copyOf(processes);
  }

  boolean replaces(Victim process) {
    return processes.contains(process);
  }
}
