package io.ringmount.channels;

import java.util.ArrayDeque;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * Slots of one channel that may be offered to the kernel. Whichever thread replies puts them here,
 * the channel's thread takes them out.
 *
 * <p>Memory order: {@link #bring} claims its place by a compare-and-set on the queue's producer
 * index, a full fence, and then publishes the slot by a release store; {@link #take} and {@link
 * #isEmpty} read that index and wait for a slot whose place is claimed. So a thread that says it
 * goes to sleep, then finds nothing here, is seen asleep by whoever brings, then looks.
 */
final class FreeQueue {
  private final MpscVarHandleArrayQueue<Slot> brought;

  /**
   * Those that the channel's thread put here itself. The slot it answered last goes first, as its
   * memory is still in the processor's cache.
   */
  private final ArrayDeque<Slot> kept;

  /**
   * @param capacity the most slots there will ever be, at least 2
   */
  FreeQueue(int capacity) {
    brought = new MpscVarHandleArrayQueue<>(capacity);
    kept = new ArrayDeque<>(capacity);
  }

  /** Puts a slot here. Channel thread only. */
  void keep(Slot slot) {
    kept.addLast(slot);
  }

  /** Puts a slot here. Any other thread. */
  void bring(Slot slot) {
    brought.offer(slot);
  }

  /** Null when there is none. Channel thread only. */
  Slot take() {
    Slot own = kept.pollLast();
    return own != null ? own : brought.poll();
  }

  /** Channel thread only. */
  boolean isEmpty() {
    return kept.isEmpty() && brought.isEmpty();
  }
}
