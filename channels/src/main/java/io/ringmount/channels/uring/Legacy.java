package io.ringmount.channels.uring;

import io.ringmount.channels.Slot;
import io.ringmount.channels.SlotRecovery;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The requests that a process which serves no more is still carrying out. Their slots are its own
 * until it has written the reply or is dead; then the channels here go on with them. One thread
 * watches, as long as there are any.
 */
final class Legacy implements AutoCloseable {
  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final boolean orderly;
  private final List<Busy> busy = new ArrayList<>();
  private Thread thread;
  private volatile boolean abandoned;
  private volatile boolean closed;
  private volatile boolean kicked = true;

  /** A slot, and who goes on with it. */
  private record Busy(Slot slot, Succession successor) {}

  /**
   * @param predecessorLives it has left; else it is dead, and nothing is left to anybody
   */
  Legacy(boolean predecessorLives) {
    this.orderly = predecessorLives;
    this.abandoned = !predecessorLives;
  }

  /** Notes whether a channel could make the kernel bring what waits in its queue. Any thread. */
  void kicked(boolean done) {
    if (!done) {
      kicked = false;
    }
  }

  /** Whether all channels could. */
  boolean isKicked() {
    return kicked;
  }

  /** Whether the process has left before its end, if any. */
  boolean isOrderly() {
    return orderly;
  }

  /** Whether the slot must be left to the process that served before. Any thread. */
  boolean keeps(Slot slot) {
    return !abandoned && SlotRecovery.isBusy(slot);
  }

  /** Watches a slot that is left to it. Any thread. */
  synchronized void watch(Slot slot, Succession successor) {
    busy.add(new Busy(slot, successor));
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("legacy").start(this::run);
    }
  }

  /** How many requests that process has not answered. */
  synchronized int left() {
    return busy.size();
  }

  /** The process is dead. Any thread. */
  void abandon() {
    abandoned = true;
  }

  private void run() {
    long pause = SHORTEST_PAUSE_NANOS;
    while (!closed && pass() > 0) {
      LockSupport.parkNanos(this, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
  }

  /** Hands over what is free by now; how many are left. */
  private synchronized int pass() {
    for (Iterator<Busy> each = busy.iterator(); each.hasNext(); ) {
      Busy one = each.next();
      if (!keeps(one.slot)) {
        each.remove();
        one.successor.letGo(one.slot);
      }
    }
    if (busy.isEmpty()) {
      thread = null;
    }
    return busy.size();
  }

  @Override
  public void close() {
    closed = true;
  }
}
