package io.ringmount.bench.torture;

import java.util.List;

/** Which processes a crash is about, one event after the other. */
public enum CrashTarget {
  DAEMON("daemon"),
  WATCHDOG("watchdog"),
  /** The daemon, at the next event the watchdog, and so on. */
  ALTERNATE("alternate"),
  /** The second shortly after the first. */
  BOTH_DAEMON_FIRST("both-daemon-first"),
  BOTH_WATCHDOG_FIRST("both-watchdog-first");

  private final String label;

  CrashTarget(String label) {
    this.label = label;
  }

  /** The victims of one event, in order. */
  List<Victim> victims(int event) {
    return switch (this) {
      case DAEMON -> List.of(Victim.DAEMON);
      case WATCHDOG -> List.of(Victim.WATCHDOG);
      case ALTERNATE -> List.of(event % 2 == 0 ? Victim.DAEMON : Victim.WATCHDOG);
      case BOTH_DAEMON_FIRST -> List.of(Victim.DAEMON, Victim.WATCHDOG);
      case BOTH_WATCHDOG_FIRST -> List.of(Victim.WATCHDOG, Victim.DAEMON);
    };
  }

  /** As on the command line. */
  @Override
  public String toString() {
    return label;
  }
}
