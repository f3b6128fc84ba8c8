package io.ringmount.channels;

import java.util.function.Consumer;
import org.jctools.queues.varhandle.SpmcVarHandleArrayQueue;

/**
 * Requests of one channel that have arrived and not been started: two queues, as requests that move
 * bulk data come after all others. Only the channel's thread puts them there; any channel's thread
 * may take them.
 *
 * <p>Memory order: a request is written before {@link #offer} publishes it by the queue's release
 * store; {@link #poll} takes it with a compare-and-set on the queue's index, so one thread only
 * gets it and sees what was written.
 */
final class ProcessingQueue {
  private final SpmcVarHandleArrayQueue<Slot> others;
  private final SpmcVarHandleArrayQueue<Slot> bulk;

  /**
   * @param capacity the most requests there will ever be, at least 2
   */
  ProcessingQueue(int capacity) {
    others = new SpmcVarHandleArrayQueue<>(capacity);
    bulk = new SpmcVarHandleArrayQueue<>(capacity);
  }

  private SpmcVarHandleArrayQueue<Slot> queue(boolean ofBulk) {
    return ofBulk ? bulk : others;
  }

  /** Puts a request behind those of its kind. Channel thread only. */
  void offer(Slot slot) {
    queue(slot.bulk()).offer(slot);
  }

  /** Takes the first request that moves bulk data, or the first other one; null when none is. */
  Slot poll(boolean ofBulk) {
    return queue(ofBulk).poll();
  }

  boolean isEmpty(boolean ofBulk) {
    return queue(ofBulk).isEmpty();
  }

  boolean isEmpty() {
    return others.isEmpty() && bulk.isEmpty();
  }

  /** How many requests are here; any thread, and at once outdated. */
  int depth() {
    return others.size() + bulk.size();
  }

  /** Takes out the requests that were interrupted; the others keep their order. Channel thread. */
  void removeInterrupted(Consumer<Slot> action) {
    removeInterrupted(others, action);
    removeInterrupted(bulk, action);
  }

  private static void removeInterrupted(
      SpmcVarHandleArrayQueue<Slot> queue, Consumer<Slot> action) {
    for (int count = queue.size(); count > 0; count--) {
      Slot slot = queue.poll();
      if (slot == null) {
        return;
      }
      if (slot.isInterrupted()) {
        action.accept(slot);
      } else {
        queue.offer(slot);
      }
    }
  }

  /** Takes out all requests. Any thread. */
  void removeAll(Consumer<Slot> action) {
    removeAll(others, action);
    removeAll(bulk, action);
  }

  private static void removeAll(SpmcVarHandleArrayQueue<Slot> queue, Consumer<Slot> action) {
    for (Slot slot = queue.poll(); slot != null; slot = queue.poll()) {
      action.accept(slot);
    }
  }
}
