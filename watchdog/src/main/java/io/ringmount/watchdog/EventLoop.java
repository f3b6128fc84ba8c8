package io.ringmount.watchdog;

import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.linux.Scheduling;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Waits for descriptors and alarms, and calls what belongs to them: all of the watchdog runs on the
 * one thread in {@link #run}, so nothing in it needs a lock.
 */
final class EventLoop {
  private static final int FIRST_ROOM = 32;

  /** Times here count from this, so that they are never negative. */
  private final long originNanos = System.nanoTime();

  private final List<Watch> watches = new ArrayList<>();
  private final List<Alarm> alarms = new ArrayList<>();
  private Poll poll = new Poll(FIRST_ROOM);
  private int room = FIRST_ROOM;
  private boolean ended;

  /** A descriptor that is waited for. */
  final class Watch {
    private final int fd;
    private final IntConsumer action;
    private int events;
    private boolean cancelled;

    private Watch(int fd, int events, IntConsumer action) {
      this.fd = fd;
      this.events = events;
      this.action = action;
    }

    /** Waits for other events from now on. */
    void events(int wanted) {
      events = wanted;
    }

    /** No call comes after this; the descriptor may be closed. */
    void cancel() {
      cancelled = true;
      watches.remove(this);
    }
  }

  /**
   * Waits for a descriptor, which stays the caller's.
   *
   * @param events as for {@link Poll}
   * @param action gets what was found
   */
  Watch watch(int fd, int events, IntConsumer action) {
    Watch watch = new Watch(fd, events, action);
    watches.add(watch);
    return watch;
  }

  void add(Alarm alarm) {
    alarms.add(alarm);
  }

  void remove(Alarm alarm) {
    alarms.remove(alarm);
  }

  /** Since this loop was made; not to be compared with times of other processes. */
  long nanoTime() {
    return System.nanoTime() - originNanos;
  }

  /** Runs until {@link #end}. */
  void run() {
    // Applications wait for what is done here.
    Scheduling.beginUrgent();
    while (!ended) {
      List<Watch> waitedFor = List.copyOf(watches);
      fill(waitedFor);
      poll.await(millisToNextAlarm());
      for (int i = 0; i < waitedFor.size() && !ended; i++) {
        Watch watch = waitedFor.get(i);
        int found = poll.returned(i);
        if (found != 0 && !watch.cancelled) {
          watch.action.accept(found);
        }
      }
      fireAlarms();
    }
  }

  /** Has {@link #run} return. */
  void end() {
    ended = true;
  }

  private void fill(List<Watch> wanted) {
    if (wanted.size() > room) {
      room = 2 * wanted.size();
      poll = new Poll(room);
    }
    poll.clear();
    for (Watch each : wanted) {
      poll.add(each.fd, each.events);
    }
  }

  private int millisToNextAlarm() {
    long next = Long.MAX_VALUE;
    for (Alarm each : alarms) {
      next = Math.min(next, each.deadlineNanos());
    }
    if (next == Long.MAX_VALUE) {
      return Poll.FOREVER;
    }
    long nanos = Math.max(0, next - nanoTime());
    return (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
  }

  private void fireAlarms() {
    long now = nanoTime();
    for (Alarm each : List.copyOf(alarms)) {
      // One that fired may have cleared or set another.
      if (!ended && each.deadlineNanos() <= now) {
        each.fire();
      }
    }
  }
}
