package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Opcode;

/**
 * Starts the requests that one channel takes up: those that were interrupted are refused, those
 * whose turn it is not stand in line at their node, those that are to be detached wait for memory;
 * all others go to the file system. Methods are for the channel's thread unless they say otherwise.
 */
final class Starter {
  /** Of how many requests an average is made. */
  private static final int SERVICE_WEIGHT = 8;

  private final Channel channel;
  private final Session session;
  private final Dispatcher dispatcher;
  private final WaitingRequests waiting;

  /** What one request took the thread lately, on average. */
  private long serviceNanos;

  /**
   * @param waiting where those of {@code channel} wait
   */
  Starter(Channel channel, Session session, WaitingRequests waiting) {
    this.channel = channel;
    this.session = session;
    this.dispatcher = new Dispatcher(session);
    this.waiting = waiting;
  }

  /** Whether a request must not wait for others: what would end them may depend on it. */
  static boolean isControl(int opcode) {
    return opcode == Opcode.INTERRUPT || opcode == Opcode.FORGET || opcode == Opcode.BATCH_FORGET;
  }

  /** Has the file system serve a request that waits for nothing. */
  void startAtOnce(Slot slot) {
    slot.exchange().sink(channel);
    slot.started(channel.now());
    dispatcher.dispatch(slot.exchange(), channel.metrics());
  }

  /** Takes up a request, which may have come to another channel. */
  void start(Slot slot) {
    slot.exchange().sink(channel);
    slot.started(channel.now());
    if (slot.isInterrupted()) {
      refuse(slot);
      return;
    }
    NodeOrder order = session.order();
    if (order != null) {
      WaitingRequests line = slot.receiver().scheduler().starter().waiting;
      line.enter();
      if (!order.enter(slot)) {
        return;
      }
      line.leave();
    }
    execute(slot);
  }

  /** Goes on with requests that have waited and need not any more. */
  void resumeAll() {
    if (waiting.isEmpty()) {
      return;
    }
    for (Slot slot = waiting.pollStalled(); slot != null; slot = waiting.pollStalled()) {
      execute(slot);
    }
    for (Slot slot = waiting.pollResumed(); slot != null; slot = waiting.pollResumed()) {
      execute(slot);
    }
  }

  private void execute(Slot slot) {
    slot.exchange().sink(channel);
    long begin = channel.now();
    slot.started(begin);
    if (slot.outcome() != null) {
      slot.exchange().begin();
      slot.exchange().repeat(slot.outcome());
      return;
    }
    if (!session.detaches(slot)) {
      dispatcher.dispatch(slot.exchange(), channel.metrics());
      // An answer has looked at the clock already.
      long end = channel.now() == begin ? System.nanoTime() : channel.now();
      serviceNanos += (end - begin - serviceNanos) / SERVICE_WEIGHT;
      return;
    }
    Detached detached = waiting.detach(slot);
    if (detached != null) {
      channel.metrics().detached();
      detached.start(slot);
    }
  }

  /** What one request took the thread lately, on average. */
  long serviceNanos() {
    return serviceNanos;
  }

  /** A detached request has ended, and its memory can be used again. Any thread. */
  void finished(Detached detached) {
    if (waiting.finished(detached)) {
      channel.wake();
    }
    // Last: then the channel may be closed.
    waiting.ended();
  }

  /** The request in {@code slot} does not run any more: the next for its node may. Any thread. */
  void leaveLine(Slot slot) {
    NodeOrder order = session.order();
    Slot next = order == null ? null : order.leave(slot);
    if (next != null) {
      next.receiver().scheduler().starter().resume(next);
    }
  }

  /** A request that waited for another may run. Any thread. */
  private void resume(Slot slot) {
    if (!waiting.resume(slot)) {
      channel.scheduler().dropUnstarted();
    } else if (!channel.onThread()) {
      channel.wake();
    }
  }

  /** Refuses the request {@code unique} if it stands in line; false otherwise. Any thread. */
  boolean refuseInLine(Slot slot, long unique) {
    NodeOrder order = session.order();
    if (order == null || !order.remove(slot, unique)) {
      return false;
    }
    waiting.leave();
    refuse(slot);
    return true;
  }

  /** Refuses those that were interrupted while they waited for memory. */
  void refuseInterrupted() {
    waiting.removeInterrupted(Starter::refuse);
  }

  /** Answers a request that was interrupted before it began. Whichever thread has it. */
  static void refuse(Slot slot) {
    slot.exchange().begin();
    slot.exchange().error(Errno.EINTR);
  }
}
