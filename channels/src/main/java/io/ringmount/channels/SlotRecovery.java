package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.UringRequestHeader;

/**
 * What a process that serves no more has left in the slots of its rings, and how to go on from
 * there. The kernel's header in a slot names the request that was delivered last, and goes on
 * naming it when its reply has been committed; the slot's own record names the request that was
 * taken up last, and says how far it has come ({@link SlotState}).
 *
 * <p>Only for a slot that no other process touches any more.
 */
public final class SlotRecovery {
  /** What to do with a slot. */
  public enum Step {
    /** No request is in it: offer it to the kernel. */
    OFFER,
    /**
     * Its reply is complete: commit it. The kernel answers ENOENT when that has been done already;
     * then offer the slot.
     */
    COMMIT,
    /** It holds a request that nobody has begun with: serve it. */
    SERVE,
    /** It holds a request that may have been carried out: serve it as resumed. */
    RESUME
  }

  private SlotRecovery() {}

  /**
   * Decides; makes the reply of a request whose outcome is recorded.
   *
   * @param orderly the process has left, so that the kernel has every reply that it was given
   */
  public static Step next(Slot slot, boolean orderly) {
    long delivered = Memory.getLong(slot.headerAddress() + UringRequestHeader.COMMIT_ID);
    if (delivered == 0) {
      return Step.OFFER;
    }
    if (delivered != slot.record().taken()) {
      return Step.SERVE;
    }
    return switch (slot.record().state()) {
      case SlotState.RECEIVED -> Step.SERVE;
      case SlotState.EXECUTING, SlotState.REPLYING -> Step.RESUME;
      case SlotState.EXECUTED -> {
        slot.replyFromRecord();
        yield Step.COMMIT;
      }
      case SlotState.OFFERED -> orderly ? Step.OFFER : Step.COMMIT;
      default -> Step.COMMIT;
    };
  }

  /**
   * Whether somebody is carrying out the request in this slot, so that it must be left to him as
   * long as he lives. Any thread.
   */
  public static boolean isBusy(Slot slot) {
    return switch (slot.record().state()) {
      case SlotState.EXECUTING, SlotState.REPLYING, SlotState.EXECUTED -> true;
      default -> false;
    };
  }
}
