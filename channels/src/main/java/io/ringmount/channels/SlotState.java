package io.ringmount.channels;

/**
 * How far the request in a slot has come. Stored in the slot, for whoever must go on with it:
 *
 * <pre>
 *   OFFERED ─► RECEIVED ─► EXECUTING ─► REPLYING ─► EXECUTED ─► READY ─► OFFERED
 * </pre>
 *
 * Who writes: the channel thread, except from EXECUTING to READY, which is the thread that replies.
 * It takes the request by a compare-and-set, so of two threads that reply at once one is refused.
 */
final class SlotState {
  /** The kernel may fill the slot. */
  static final int OFFERED = 0;

  /** A request is in the slot and waits in the processing queue. */
  static final int RECEIVED = 1;

  /** The file system has the request. */
  static final int EXECUTING = 2;

  /** Somebody has taken it on to reply and is about to record the outcome. */
  static final int REPLYING = 3;

  /** The outcome is recorded in the slot; the reply is made from it, again if need be. */
  static final int EXECUTED = 4;

  /** The reply is complete; the slot is on its way back to the kernel. */
  static final int READY = 5;

  private SlotState() {}
}
