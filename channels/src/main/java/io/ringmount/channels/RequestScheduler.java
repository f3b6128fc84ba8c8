package io.ringmount.channels;

/**
 * Decides which requests of one channel go to the file system, and when. They wait in the {@link
 * ProcessingQueue} until {@link Admission} has room for them, those that move bulk data behind the
 * others; the {@link Starter} then takes them to the file system or has them wait for something
 * else. Methods are for the channel's thread unless they say otherwise.
 */
final class RequestScheduler {
  private final Channel channel;
  private final Session session;
  private final ProcessingQueue processing;
  private final InterruptMark interrupted = new InterruptMark();
  private final WaitingRequests waiting;
  private final Starter starter;
  private final Admission admission;

  /**
   * @param slots how many the channel has
   * @param copies for requests that are served detached from their slots
   */
  RequestScheduler(Channel channel, Session session, int slots, Slot[] copies) {
    this.channel = channel;
    this.session = session;
    // A slot of any channel may come here, so no queue is ever full.
    int capacity = Math.max(2, session.slots());
    this.processing = new ProcessingQueue(capacity);
    this.waiting = new WaitingRequests(capacity, copies.length);
    this.starter = new Starter(channel, session, waiting);
    this.admission = new Admission(slots, session.budget());
    for (Slot copy : copies) {
      waiting.add(new Detached(channel, session, copy));
    }
  }

  Starter starter() {
    return starter;
  }

  /** Takes in a request that has arrived. */
  void arrived(Slot slot) {
    if (Starter.isControl(slot.request().opcode())) {
      admission.takeBeyond(slot.bulk());
      starter.startAtOnce(slot);
      return;
    }
    processing.offer(slot);
  }

  /**
   * Hands requests to the file system: all that wait, except that of those that move bulk data only
   * one, so that what has arrived meanwhile can overtake the rest.
   */
  void process() {
    if (interrupted.take()) {
      processing.removeInterrupted(this::refuseUnadmitted);
      starter.refuseInterrupted();
    }
    admission.tryAgain();
    starter.resumeAll();
    while (startNext(false)) {
      starter.resumeAll();
    }
    if (startNext(true)) {
      starter.resumeAll();
    }
  }

  /** Whether {@link #process} would start another request. */
  boolean hasRunnable() {
    return waiting.hasRunnable() || interrupted.isSet() || isRunnable(false) || isRunnable(true);
  }

  private boolean isRunnable(boolean bulk) {
    return !admission.isHeld(bulk) && !processing.isEmpty(bulk);
  }

  /** Whether requests wait here for what other threads bring. Any thread. */
  boolean hasWaiting() {
    return admission.isHeld() || !waiting.isEmpty();
  }

  private boolean startNext(boolean bulk) {
    if (processing.isEmpty(bulk) || !admission.admit(bulk, channel.now(), channel.metrics())) {
      return false;
    }
    Slot slot = processing.poll(bulk);
    if (slot == null) {
      // Another channel was faster.
      giveBack(bulk);
      return false;
    }
    starter.start(slot);
    return true;
  }

  /** A request that came here has been answered: there is room for another. Any thread. */
  void giveBack(boolean bulk) {
    admission.give(bulk);
    if (admission.isShared()) {
      session.roomWasMade();
    } else {
      wakeIfHeld();
    }
  }

  /** There may be room again for what is held back. Any thread. */
  void wakeIfHeld() {
    if (admission.endHold()) {
      channel.wake();
    }
  }

  // ---- interrupts ------------------------------------------------------------------------------

  /**
   * Ends an interrupted request that came here and that the file system does not have yet. Any
   * thread.
   *
   * @return whether it need not be looked for elsewhere
   */
  boolean cancelWaiting(Slot slot, long unique) {
    if (starter.refuseInLine(slot, unique)) {
      return true;
    }
    interrupted.set();
    channel.wake();
    return false;
  }

  /** A request that was interrupted in the processing queue has not been admitted. */
  private void refuseUnadmitted(Slot slot) {
    admission.takeBeyond(slot.bulk());
    Starter.refuse(slot);
  }

  // ---- balance ---------------------------------------------------------------------------------

  /** Takes a request from another channel's queue and serves it here; false when there is none. */
  boolean takeOver(RequestScheduler other) {
    ProcessingQueue queue = other.processing;
    boolean bulk = queue.isEmpty(false);
    if (queue.isEmpty(bulk)) {
      return false;
    }
    if (!other.admission.take(bulk)) {
      // What was taken for a moment may have kept the other from it.
      other.wakeIfHeld();
      return false;
    }
    Slot slot = queue.poll(bulk);
    if (slot == null) {
      other.giveBack(bulk);
      return false;
    }
    channel.metrics().stolen(1);
    starter.start(slot);
    return true;
  }

  /** How many requests have arrived and not been started. Any thread. */
  int depth() {
    return processing.depth();
  }

  /** What {@link Channel#backlogNanos} says. */
  long backlogNanos() {
    return Math.max(0, depth() - 1) * starter.serviceNanos();
  }

  // ---- the end ---------------------------------------------------------------------------------

  /** Detached requests that the file system has. Any thread. */
  int running() {
    return waiting.running();
  }

  /** The thread serves no more. Once. */
  void end() {
    waiting.end();
    dropUnstarted();
  }

  /**
   * Requests that never reached the file system, after a failure: nobody will answer them. Any
   * thread.
   */
  synchronized void dropUnstarted() {
    processing.removeAll(this::drop);
    waiting.removeAll(this::drop);
  }

  private void drop(Slot slot) {
    starter.leaveLine(slot);
    slot.receiver().metrics().abandoned();
  }
}
