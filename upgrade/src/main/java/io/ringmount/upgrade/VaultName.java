package io.ringmount.upgrade;

import java.util.OptionalInt;

/** Names of what a watchdog holds: printable ASCII without blanks, at most 64 characters. */
public final class VaultName {
  /** Text of what to mount, see {@link OrderMemory}; there from the beginning. */
  public static final String ORDER = "order";

  /**
   * The daemon's heartbeat, see {@link Beats}. Each daemon has its own; it is for the watchdog only
   * and given to no other daemon.
   */
  public static final String BEATS = "beats";

  /** The watchdog's count of daemons; of no use to a daemon. */
  public static final String GENERATION = "generation";

  /**
   * What makes the memory of the daemon that served last outlast it, see {@link
   * io.ringmount.channels.linux.LastingMemory}. The next one keeps its own once it serves.
   */
  public static final String MEMORY = "memory";

  private static final String METRICS = "metrics-";

  /** Most characters. */
  public static final int LONGEST = 64;

  private VaultName() {}

  /** The file that the daemon of a generation counts in. */
  public static String metrics(int generation) {
    return METRICS + generation;
  }

  /** The generation whose file of metrics has this name; empty when none has. */
  public static OptionalInt metricsGeneration(String name) {
    if (!name.startsWith(METRICS)) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(name.substring(METRICS.length())));
    } catch (NumberFormatException otherwise) {
      return OptionalInt.empty();
    }
  }

  /** Whether this may be a name. */
  public static boolean isValid(String name) {
    if (name.isEmpty() || name.length() > LONGEST) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char each = name.charAt(i);
      // A colon would end a name in the service manager's list.
      if (each <= ' ' || each >= 0x7f || each == ':') {
        return false;
      }
    }
    return true;
  }
}
