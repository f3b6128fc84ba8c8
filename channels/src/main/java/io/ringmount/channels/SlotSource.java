package io.ringmount.channels;

import io.ringmount.channels.linux.LinuxException;

/** Gives the channels of a transport their slots, out of one region, as a plan says. */
public final class SlotSource {
  private final SlotPlan plan;
  private final SlotRegion region;

  SlotSource(SlotPlan plan, int payload) throws LinuxException {
    this.plan = plan;
    this.region = new SlotRegion(plan.withCopies(), payload);
  }

  /** The slots of a queue; each is given out once. */
  public Slot[] ofQueue(int queue) {
    return region.take(plan.byQueue().get(queue), queue);
  }

  /** The slots that serve no queue. */
  public Slot[] others() {
    return region.take(plan.others(), 0);
  }

  /** For the detached requests of a channel with {@code slots} slots. */
  public Slot[] copies(int slots) {
    return region.take(plan.copies() ? slots : 0, 0);
  }

  /** All slots, by their index. */
  public Slot[] all() {
    return region.slots();
  }

  SlotRegion region() {
    return region;
  }
}
