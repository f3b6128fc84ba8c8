package io.ringmount.channels;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * Requests of one channel that were taken up and wait in it for what other threads bring: those
 * that are to be detached, for memory to run on; those in line at their node, for the one before.
 * While there are any, the channel's thread must not sleep in a way from which it cannot be woken.
 *
 * <p>Memory order, in three places:
 *
 * <ul>
 *   <li>Idle memory: the thread counts the request, then looks for idle memory before it sleeps;
 *       whoever ends offers its memory, then looks at the count. Full fences: the atomic increment
 *       in {@link #detach} and the fence in {@link #finished}. So either the thread sees the memory
 *       or the other sees that it must wake.
 *   <li>A line: {@link #enter} counts a request before it stands in the line, under whose lock
 *       another thread finds it. So whoever resumes it does so after it was counted, and the count
 *       is never negative.
 *   <li>The end: the thread says "over", then takes out what is here; whoever resumes puts it here,
 *       then looks at "over". Full fences: the volatile write of {@link #over} and the
 *       compare-and-set on the index of the queue in {@link #resume}. So no request stays here that
 *       nobody takes out.
 * </ul>
 */
final class WaitingRequests {
  /** All that wait, in a queue here or in line at their node. */
  private final AtomicInteger count = new AtomicInteger();

  /** Requests that may go on after waiting for another. */
  private final MpscVarHandleArrayQueue<Slot> resumed;

  /** Requests that may run as soon as memory is idle. Channel thread only. */
  private final ArrayDeque<Slot> stalled = new ArrayDeque<>();

  private final MpscVarHandleArrayQueue<Detached> idle;

  /** Detached requests, given up or not, that the file system has. */
  private final AtomicInteger running = new AtomicInteger();

  /** Set when the channel's thread will not look here again. */
  private volatile boolean over;

  /**
   * @param capacity the most requests there will ever be, at least 2
   * @param detached the most {@link Detached} there will ever be
   */
  WaitingRequests(int capacity, int detached) {
    resumed = new MpscVarHandleArrayQueue<>(capacity);
    idle = new MpscVarHandleArrayQueue<>(Math.max(2, detached));
  }

  /** Adds memory for one more detached request, before the channel starts. */
  void add(Detached detached) {
    idle.offer(detached);
  }

  /** Whether nothing waits. Any thread. */
  boolean isEmpty() {
    return count.get() == 0;
  }

  /** Whether there is something to take for {@link #pollResumed} or {@link #pollStalled}. */
  boolean hasRunnable() {
    return !resumed.isEmpty() || (!stalled.isEmpty() && !idle.isEmpty());
  }

  /** A request is going to stand in a line. The thread that starts it. */
  void enter() {
    count.incrementAndGet();
  }

  /** The request need not stand in the line, or was taken out of it. Any thread. */
  void leave() {
    count.decrementAndGet();
  }

  /**
   * Puts a request here that has come to the head of its line. Any thread, which then wakes the
   * channel.
   *
   * @return false when its thread will not take it: then the caller does, by {@link #removeAll}
   */
  boolean resume(Slot slot) {
    resumed.offer(slot);
    return !over;
  }

  /** Takes a request whose turn it is; null when there is none. Channel thread only. */
  Slot pollResumed() {
    Slot slot = resumed.poll();
    if (slot != null) {
      count.decrementAndGet();
    }
    return slot;
  }

  /** Takes a request for which memory is idle; null when there is none. Channel thread only. */
  Slot pollStalled() {
    if (stalled.isEmpty() || idle.isEmpty()) {
      return null;
    }
    count.decrementAndGet();
    return stalled.poll();
  }

  /**
   * Takes idle memory for a request, which then counts as running; null when there is none, and the
   * request waits here. Channel thread only.
   */
  Detached detach(Slot slot) {
    Detached detached = idle.poll();
    if (detached == null) {
      count.incrementAndGet();
      stalled.add(slot);
      return null;
    }
    running.incrementAndGet();
    return detached;
  }

  /** Gives memory back; whether the caller must wake the channel. Any thread. */
  boolean finished(Detached detached) {
    idle.offer(detached);
    VarHandle.fullFence();
    return count.get() > 0;
  }

  /** A detached request runs no more: with the last, nobody uses its channel. Any thread. */
  void ended() {
    running.decrementAndGet();
  }

  /** Detached requests that the file system has. Any thread. */
  int running() {
    return running.get();
  }

  /** Takes out the requests without memory that were interrupted. Channel thread only. */
  void removeInterrupted(Consumer<Slot> action) {
    for (int left = stalled.size(); left > 0; left--) {
      Slot slot = stalled.poll();
      if (slot.isInterrupted()) {
        count.decrementAndGet();
        action.accept(slot);
      } else {
        stalled.add(slot);
      }
    }
  }

  /** Says that the thread looks here no more. Channel thread only, which then takes out all. */
  void end() {
    over = true;
  }

  /** Takes out all requests that are here; once ended. One thread at a time. */
  void removeAll(Consumer<Slot> action) {
    removeAll(stalled, action);
    removeAll(resumed, action);
  }

  private static void removeAll(Queue<Slot> queue, Consumer<Slot> action) {
    for (Slot slot = queue.poll(); slot != null; slot = queue.poll()) {
      action.accept(slot);
    }
  }
}
