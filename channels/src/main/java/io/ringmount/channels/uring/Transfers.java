package io.ringmount.channels.uring;

import io.ringmount.channels.FileTransfer;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * Transfers that any thread wants the thread of one ring to carry, or to give up.
 *
 * <p>Memory order: at its end the thread says "left", then takes out what is here; the others put a
 * transfer here, then look at "left". Full fences are between the two steps of either side: the
 * volatile write of {@link #left}, and the compare-and-set on the queue's producer index in {@link
 * #submit}. So a transfer is carried, or taken out by the thread, or its submitter is told.
 */
final class Transfers {
  private final MpscVarHandleArrayQueue<FileTransfer> submitted;
  private final MpscVarHandleArrayQueue<Cancellation> cancelled;

  /** Set when the thread carries nothing more. */
  private volatile boolean left;

  /** A transfer to give up, with the request it was for. */
  private record Cancellation(FileTransfer transfer, long unique) {}

  /**
   * @param capacity the most transfers there will ever be
   */
  Transfers(int capacity) {
    submitted = new MpscVarHandleArrayQueue<>(capacity);
    cancelled = new MpscVarHandleArrayQueue<>(capacity);
  }

  /**
   * Asks for a transfer to be carried. Any thread, which then wakes the ring's.
   *
   * @return false when that thread carries nothing more: then the caller must see to it that what
   *     {@link #takeSubmitted} still gives is carried elsewhere
   */
  boolean submit(FileTransfer transfer) {
    submitted.offer(transfer);
    return !left;
  }

  /**
   * Asks for a transfer to be given up. Any thread, which then wakes the ring's.
   *
   * @param unique the request it is for; when it is for another by then, nothing happens
   * @return false when too many are to be given up already
   */
  boolean cancel(FileTransfer transfer, long unique) {
    return cancelled.offer(new Cancellation(transfer, unique));
  }

  /** Says that the ring's thread, the caller, carries nothing more; it then takes out what is. */
  void leave() {
    left = true;
  }

  boolean isEmpty() {
    return submitted.isEmpty() && cancelled.isEmpty();
  }

  /** The next transfer to carry, or null. The ring's thread; once left, one thread at a time. */
  FileTransfer takeSubmitted() {
    return submitted.poll();
  }

  /** The next transfer to give up, or null. The ring's thread only. */
  FileTransfer takeCancelled() {
    Cancellation next;
    do {
      next = cancelled.poll();
    } while (next != null && next.transfer.unique() != next.unique);
    return next == null ? null : next.transfer;
  }
}
