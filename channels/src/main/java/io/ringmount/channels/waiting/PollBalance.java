package io.ringmount.channels.waiting;

/**
 * What polling really gained and lost since it was last allowed. When losses outgrow gains it is
 * suspended, twice as long each time, until it once did well for long. So whatever the estimates
 * promise, a load to which polling brings nothing loses {@value #TRIAL_NANOS} ns, and the last
 * poll, a suspension. Channel thread only.
 */
final class PollBalance {
  /** Loss that suspends polling when it begins, in ns. */
  static final long TRIAL_NANOS = 200_000;

  /** The most that gains count against later losses, in ns. */
  static final long MAX_CREDIT_NANOS = 2_000_000;

  static final long MIN_SUSPENSION_NANOS = 1_000_000;
  static final long MAX_SUSPENSION_NANOS = 1_024_000_000;

  /** Polling did well when it earned all credit and went on for so many times the suspension. */
  private static final long GOOD_TIMES = 16;

  private long credit = TRIAL_NANOS;
  private boolean earned;
  private long suspension = MIN_SUSPENSION_NANOS / 2;
  private long allowedFrom;

  PollBalance(long nowNanos) {
    allowedFrom = nowNanos;
  }

  /** Polling gained, or with a negative number lost, {@code nanos}. */
  void add(long nanos) {
    credit += nanos;
    if (credit >= MAX_CREDIT_NANOS) {
      credit = MAX_CREDIT_NANOS;
      earned = true;
    }
  }

  boolean overdrawn() {
    return credit <= 0;
  }

  void suspend(long nowNanos) {
    boolean didWell = earned && nowNanos - allowedFrom >= GOOD_TIMES * suspension;
    suspension = didWell ? MIN_SUSPENSION_NANOS : Math.min(MAX_SUSPENSION_NANOS, 2 * suspension);
    allowedFrom = nowNanos + suspension;
    credit = TRIAL_NANOS;
    earned = false;
  }

  boolean suspended(long nowNanos) {
    return nowNanos - allowedFrom < 0;
  }
}
