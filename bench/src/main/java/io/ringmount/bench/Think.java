package io.ringmount.bench;

import java.util.concurrent.locks.LockSupport;

/**
 * What a client does between two requests.
 *
 * @param nanos for how long
 * @param asleep leaves its processor to others, rather than computing on it
 */
record Think(long nanos, boolean asleep) {
  static final Think NONE = new Think(0, false);

  static Think sleeping(long micros) {
    return new Think(micros * 1000, true);
  }

  static Think computing(long micros) {
    return new Think(micros * 1000, false);
  }

  /** Returns when the time has passed; a sleeper needs {@link TimerSlack#least()} to be precise. */
  void pass() {
    long end = System.nanoTime() + nanos;
    long left = nanos;
    while (left > 0) {
      if (asleep) {
        LockSupport.parkNanos(left);
      } else {
        Thread.onSpinWait();
      }
      left = end - System.nanoTime();
    }
  }

  /** As in a row's name; empty for none. */
  String label() {
    return nanos == 0 ? "" : (asleep ? ", sleeping " : ", computing ") + nanos / 1000 + " us";
  }
}
