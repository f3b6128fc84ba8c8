package io.ringmount.watchdog;

import java.time.Duration;

/** Calls an action once when its time has come; of one {@link EventLoop} and its thread. */
final class Alarm {
  private static final long OFF = Long.MAX_VALUE;

  private final EventLoop loop;
  private Runnable action = () -> {};
  private long deadlineNanos = OFF;

  Alarm(EventLoop loop) {
    this.loop = loop;
  }

  /** Sets the alarm, in place of what it was set to before. */
  void set(Duration delay, Runnable newAction) {
    clear();
    action = newAction;
    deadlineNanos = loop.nanoTime() + delay.toNanos();
    loop.add(this);
  }

  void clear() {
    deadlineNanos = OFF;
    loop.remove(this);
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  void fire() {
    clear();
    action.run();
  }
}
