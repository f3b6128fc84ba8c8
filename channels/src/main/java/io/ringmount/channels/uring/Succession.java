package io.ringmount.channels.uring;

import io.ringmount.channels.Slot;
import io.ringmount.channels.SlotRecovery;
import io.ringmount.channels.SlotRecovery.Step;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import java.util.BitSet;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * Goes on with the slots of one channel where an earlier process has left them. Methods are for the
 * channel's thread unless they say otherwise.
 */
final class Succession {
  private final UringChannel channel;
  private final Rings rings;

  /** Slots that the earlier process had kept for a while. */
  private final MpscVarHandleArrayQueue<Slot> letGo;

  /**
   * Slots whose commit the earlier process may have made already. The kernel refuses such a commit
   * as it takes the entry; one that it does not refuse then may stay with it for ever.
   */
  private final BitSet recommitted = new BitSet();

  /** Set when the kernel has taken these commits: what it refused is among the completions. */
  private boolean taken;

  /** Whether slots have been offered since the kernel was last made to bring what waits. */
  private boolean offered;

  private Runnable whenKicked;

  Succession(UringChannel channel, Rings rings) {
    this.channel = channel;
    this.rings = rings;
    this.letGo = new MpscVarHandleArrayQueue<>(Math.max(2, rings.size()));
  }

  /**
   * Takes over the channel's slots.
   *
   * @param onKick is told once the kernel brings what waits in the channel's queue
   */
  void begin(Slot[] slots, Submissions submissions, Runnable onKick) throws LinuxException {
    whenKicked = onKick;
    for (Slot slot : slots) {
      if (rings.legacy().keeps(slot)) {
        rings.legacy().watch(slot, this);
      } else {
        goOnWith(slot, submissions);
      }
    }
    offered = true;
  }

  private void goOnWith(Slot slot, Submissions submissions) throws LinuxException {
    Step step = SlotRecovery.next(slot, rings.legacy().isOrderly());
    switch (step) {
      case OFFER -> offer(slot, submissions);
      case COMMIT -> {
        recommitted.set(slot.index());
        submissions.commit(slot);
      }
      case SERVE, RESUME -> channel.goOn(slot, step);
    }
  }

  private void offer(Slot slot, Submissions submissions) throws LinuxException {
    submissions.register(slot);
    offered = true;
  }

  /** The earlier process has let a slot go. Any thread. */
  void letGo(Slot slot) {
    letGo.offer(slot);
    channel.wake();
  }

  /** Whether there is something to go on with. */
  boolean isDue() {
    return !letGo.isEmpty() || !recommitted.isEmpty() || offered;
  }

  /**
   * Goes on with what the earlier process has let go, and has the kernel bring what waits: it does
   * not when slots are offered anew, but when one of them has been used. Between two calls the
   * completions must be looked at.
   */
  void goOn(Submissions submissions) throws LinuxException {
    if (taken) {
      recommitted.clear();
      taken = false;
    }
    for (Slot slot = letGo.poll(); slot != null; slot = letGo.poll()) {
      goOnWith(slot, submissions);
    }
    if (!recommitted.isEmpty()) {
      submissions.flush();
      taken = true;
    } else if (offered) {
      offered = false;
      submissions.flush();
      rings.legacy().kicked(channel.kickQueue());
      if (whenKicked != null) {
        whenKicked.run();
        whenKicked = null;
      }
    }
  }

  /**
   * Sees to a completion that says that a slot, whose reply the earlier process had committed, is
   * to be offered anew: the ring it was offered through is gone.
   *
   * @return false when the completion says something else
   */
  boolean concerns(Slot slot, int result, Submissions submissions) throws LinuxException {
    if (!recommitted.get(slot.index())) {
      return false;
    }
    recommitted.clear(slot.index());
    if (result != -Errno.ENOENT) {
      return false;
    }
    offer(slot, submissions);
    return true;
  }
}
