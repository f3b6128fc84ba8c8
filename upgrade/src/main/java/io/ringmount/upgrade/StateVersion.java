package io.ringmount.upgrade;

/**
 * Version of the memory that generations of the daemon share: all of its layouts together. A daemon
 * reads the version it writes and the one before.
 */
public final class StateVersion {
  /** What this build writes; the distribution's {@code STATE_VERSION} says the same. */
  public static final int CURRENT = 3;

  /** The distribution's file that has it. */
  public static final String FILE = "STATE_VERSION";

  private StateVersion() {}

  /** Whether a daemon that writes {@code reader} can go on from what {@code writer} wrote. */
  public static boolean reads(int reader, int writer) {
    return writer == reader || writer == reader - 1;
  }
}
