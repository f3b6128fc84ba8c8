package io.ringmount.watchdog;

import java.time.Duration;

/** How long to wait before the next daemon: not at all for the first crashes, then longer. */
final class CrashCount {
  private static final int FREE = 3;
  private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

  /** More doublings would overflow. */
  private static final int MOST_DOUBLINGS = 5;

  private int crashes;

  void crashed() {
    crashes++;
  }

  /** A daemon has served long enough for what was before it to be forgotten. */
  void settled() {
    crashes = 0;
  }

  int crashes() {
    return crashes;
  }

  Duration delay() {
    if (crashes < FREE) {
      return Duration.ZERO;
    }
    Duration delay = FIRST_DELAY.multipliedBy(1L << Math.min(crashes - FREE, MOST_DOUBLINGS));
    return delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
  }
}
