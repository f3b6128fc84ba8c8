package io.ringmount.channels.uring;

import io.ringmount.channels.FileSystem;
import io.ringmount.channels.Slot;
import io.ringmount.channels.SlotRecovery;
import io.ringmount.channels.SlotRecovery.Step;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FuseDevice;
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

  /** Slots whose commit the earlier process may have made already, and how many these are. */
  private final BitSet recommitted = new BitSet();

  private int doubtful;

  Succession(UringChannel channel, Rings rings) {
    this.channel = channel;
    this.rings = rings;
    this.letGo = new MpscVarHandleArrayQueue<>(Math.max(2, rings.size()));
  }

  /** Takes over the channel's slots; returns when the kernel brings every request that waits. */
  void begin(Slot[] slots, Submissions submissions) throws LinuxException {
    for (Slot slot : slots) {
      if (rings.legacy().keeps(slot)) {
        rings.legacy().watch(slot, this);
      } else {
        goOnWith(slot, submissions);
      }
    }
    submissions.flush();
    LinuxException.check(
        FuseDevice.kick(rings.fuseFd(), FileSystem.ROOT), "FUSE_NOTIFY_RETRIEVE", channel.name());
  }

  private void goOnWith(Slot slot, Submissions submissions) throws LinuxException {
    Step step = SlotRecovery.next(slot);
    switch (step) {
      case OFFER -> submissions.register(slot);
      case COMMIT -> {
        recommitted.set(slot.index());
        doubtful++;
        submissions.commit(slot);
      }
      case SERVE, RESUME -> channel.goOn(slot, step);
    }
  }

  /** The earlier process has let a slot go. Any thread. */
  void letGo(Slot slot) {
    letGo.offer(slot);
    channel.wake();
  }

  /** Whether there is something to go on with. */
  boolean isDue() {
    return !letGo.isEmpty();
  }

  /** Goes on with what the earlier process has let go. */
  void goOn(Submissions submissions) throws LinuxException {
    for (Slot slot = letGo.poll(); slot != null; slot = letGo.poll()) {
      goOnWith(slot, submissions);
    }
  }

  /**
   * Whether a completion says that a slot, whose reply the earlier process had committed, is to be
   * offered anew: the ring it was offered through is gone.
   */
  boolean concerns(Slot slot, int result) {
    if (doubtful == 0 || !recommitted.get(slot.index())) {
      return false;
    }
    recommitted.clear(slot.index());
    doubtful--;
    return result == -Errno.ENOENT;
  }
}
