package io.ringmount.channels.uring;

import io.ringmount.channels.RingMode;
import io.ringmount.channels.Slot;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the rings of one connection share: every slot may be committed through every ring, and the
 * connection has ended when the kernel has given all of them back.
 */
final class Rings {
  private final RingMode mode;
  private final int fuseFd;
  private final Slot[] slots;

  /** Slots that the kernel may still fill or that hold a request. */
  private final AtomicInteger alive = new AtomicInteger();

  private volatile List<UringChannel> channels = List.of();

  /**
   * @param fuseFd any descriptor of the connection; stays the caller's
   * @param slots of the region, by their index
   */
  Rings(RingMode mode, int fuseFd, Slot[] slots) {
    this.mode = mode;
    this.fuseFd = fuseFd;
    this.slots = slots;
  }

  RingMode mode() {
    return mode;
  }

  int fuseFd() {
    return fuseFd;
  }

  Slot slot(int index) {
    return slots[index];
  }

  /** All there are: as many entries may be on their way in one ring. */
  int size() {
    return slots.length;
  }

  void channels(List<UringChannel> all) {
    channels = List.copyOf(all);
  }

  List<UringChannel> channels() {
    return channels;
  }

  void offered(int count) {
    alive.addAndGet(count);
  }

  /** The kernel gave a slot back for good. */
  void lost() {
    if (alive.decrementAndGet() == 0) {
      channels.forEach(UringChannel::wake);
    }
  }

  boolean alive() {
    return alive.get() > 0;
  }
}
