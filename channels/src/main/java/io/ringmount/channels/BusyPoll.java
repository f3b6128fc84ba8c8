package io.ringmount.channels;

import java.time.Duration;

/**
 * How long a channel that has nothing to do looks for requests before it blocks.
 *
 * @param nanos 0: not at all; {@link #AUTO}'s is negative
 */
public record BusyPoll(long nanos) {
  /** Longer than this is a burnt processor, not a wait. */
  public static final Duration LONGEST = Duration.ofMillis(10);

  /** The channel finds out what pays. */
  public static final BusyPoll AUTO = new BusyPoll(-1);

  /** Blocks at once. */
  public static final BusyPoll OFF = new BusyPoll(0);

  public BusyPoll {
    if (nanos < -1 || nanos > LONGEST.toNanos()) {
      throw new IllegalArgumentException("nanos is " + nanos + ", must be 0 to 10 ms");
    }
  }

  public boolean isAuto() {
    return nanos < 0;
  }
}
