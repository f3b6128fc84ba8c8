package io.ringmount.channels;

import io.ringmount.channels.linux.LinuxException;
import java.util.stream.Stream;

/**
 * Gives the channels of a transport their slots: those that the kernel fills out of a region that
 * successors inherit, and as a plan says memory for copies, which is this process's own.
 */
public final class SlotSource implements AutoCloseable {
  private final SlotPlan plan;
  private final SlotRegion region;

  /** Null when the plan has none. */
  private final SlotRegion copies;

  private final boolean inherited;

  private SlotSource(SlotPlan plan, SlotRegion region, boolean inherited) throws LinuxException {
    this.plan = plan;
    this.region = region;
    this.inherited = inherited;
    this.copies =
        plan.copies()
            ? new SlotRegion("ringmount-copies", plan.total(), region.payload(), plan.total())
            : null;
  }

  static SlotSource create(SlotPlan plan, int payload) throws LinuxException {
    SlotRegion region = new SlotRegion(plan.total(), payload);
    try {
      return new SlotSource(plan, region, false);
    } catch (LinuxException e) {
      region.close();
      throw e;
    }
  }

  /**
   * Takes over a region.
   *
   * @param region owned by the result from now on, unless this throws
   */
  static SlotSource inherit(SlotRegion region, boolean copies) throws LinuxException {
    return new SlotSource(SlotPlan.of(region, copies), region, true);
  }

  /** The slots of a queue; each is given out once. */
  public Slot[] ofQueue(int queue) {
    return inherited ? region.ofQueue(queue) : region.take(plan.byQueue().get(queue), queue);
  }

  /** The slots that serve no queue. */
  public Slot[] others() {
    return inherited
        ? region.ofQueue(SlotRegion.NO_QUEUE)
        : region.take(plan.others(), SlotRegion.NO_QUEUE);
  }

  /** For the detached requests of a channel with {@code slots} slots. */
  public Slot[] copies(int slots) {
    return copies == null ? new Slot[0] : copies.take(slots, SlotRegion.NO_QUEUE);
  }

  /** All slots, by their index. */
  public Slot[] all() {
    return copies == null
        ? region.slots()
        : Stream.of(region.slots(), copies.slots()).flatMap(Stream::of).toArray(Slot[]::new);
  }

  /** Descriptor of what successors inherit; stays this object's. */
  public int fd() {
    return region.fd();
  }

  SlotPlan plan() {
    return plan;
  }

  /** What successors inherit. */
  SlotRegion region() {
    return region;
  }

  /** Bytes that all slots take once every one has been used in full. */
  long bytes() {
    return plan.bytes(region.payload());
  }

  /** Unmaps everything; no channel may be running. */
  @Override
  public void close() throws LinuxException {
    try {
      if (copies != null) {
        copies.close();
      }
    } finally {
      region.close();
    }
  }
}
