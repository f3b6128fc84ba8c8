package io.ringmount.channels.waiting;

/**
 * Keeps polling without result within a share of a core: a token bucket of nanoseconds, full at
 * first, that fills with the passing of time. Over any time t that is not more than {@code share *
 * t + }{@value #BURST_NANOS} ns, and what the last poll took beyond that; the first look of a poll
 * does not count, as every wait may make it. One a channel; channel thread only.
 */
public final class PollBudget {
  /** What can be saved up, in ns. */
  public static final long BURST_NANOS = 1_000_000;

  private final double share;
  private double tokens;
  private long filledAt;

  /**
   * @param share of a core, 0 (never poll) to 1
   * @param nowNanos the present by the clock of later calls
   * @throws IllegalArgumentException when the share is outside its range
   */
  public PollBudget(double share, long nowNanos) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share of a core must be 0 to 1, is " + share);
    }
    this.share = share;
    tokens = share == 0 ? 0 : BURST_NANOS;
    filledAt = nowNanos;
  }

  /** Nanoseconds that polling may take from now on; negative after an overdraft. */
  long available(long nowNanos) {
    tokens = Math.min(BURST_NANOS, tokens + (nowNanos - filledAt) * share);
    filledAt = nowNanos;
    return (long) tokens;
  }

  /** A poll found nothing for {@code nanos}. */
  void take(long nanos) {
    tokens -= nanos;
  }
}
