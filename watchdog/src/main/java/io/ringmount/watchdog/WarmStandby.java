package io.ringmount.watchdog;

import java.time.Duration;

/** When to start the second daemon that is kept ready, if one is. */
final class WarmStandby {
  /** Lets a daemon that just began to serve have the processors first. */
  private static final Duration FIRST_DELAY = Duration.ofSeconds(1);

  private static final Duration LONGEST_DELAY = Duration.ofMinutes(5);

  private final boolean wanted;
  private final Alarm alarm;
  private final Runnable start;
  private Duration delay = FIRST_DELAY;

  WarmStandby(boolean wanted, Alarm alarm, Runnable start) {
    this.wanted = wanted;
    this.alarm = alarm;
    this.start = start;
  }

  /** Starts one soon, but not before this time. */
  void want(Duration rest) {
    if (wanted) {
      alarm.set(rest.compareTo(delay) > 0 ? rest : delay, start);
    }
  }

  /** The one that was started has ended; the next comes later. */
  void failed() {
    Duration longer = delay.multipliedBy(2);
    delay = longer.compareTo(LONGEST_DELAY) < 0 ? longer : LONGEST_DELAY;
    want(delay);
  }

  /** Not now. */
  void clear() {
    alarm.clear();
    delay = FIRST_DELAY;
  }
}
