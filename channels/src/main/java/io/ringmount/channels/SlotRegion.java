package io.ringmount.channels;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;

/**
 * The memory of all slots of a mount: one memfd, mapped at an address that another process can map
 * it at again, because the kernel remembers addresses (io_uring) and whoever takes over must offer
 * the same ones. Pages are taken when first used.
 */
public final class SlotRegion implements AutoCloseable {
  /** Free in JVMs with every collector; further regions of this process follow 1 TiB apart. */
  private static final long BASE = 0x6000_0000_0000L;

  private static final long STRIDE = 1L << 40;
  private static final int ATTEMPTS = 16;

  private final SharedMemory memory;
  private final Slot[] slots;
  private int taken;

  /**
   * @param slots how many slots
   * @param payload bytes of one payload, a multiple of 4096
   */
  public SlotRegion(int slots, int payload) throws LinuxException {
    this.slots = new Slot[slots];
    this.memory =
        SharedMemory.createMapped("ringmount-slots", bytes(slots, payload), BASE, STRIDE, ATTEMPTS);
    long address = memory.address();
    Memory.putInt(address + SlotLayout.REGION_VERSION, SlotLayout.VERSION);
    Memory.putInt(address + SlotLayout.REGION_SLOTS, slots);
    Memory.putLong(address + SlotLayout.REGION_PAYLOAD, payload);
    Memory.putLongRelease(address + SlotLayout.REGION_MAGIC, SlotLayout.MAGIC);
    for (int i = 0; i < slots; i++) {
      this.slots[i] =
          new Slot(i, address + SlotLayout.PAGE + i * SlotLayout.slotSize(payload), payload);
    }
  }

  /** Bytes that a region of this shape takes when all of it is used. */
  public static long bytes(long slots, int payload) {
    return SlotLayout.PAGE + slots * SlotLayout.slotSize(payload);
  }

  /** All slots, by their index, taken or not. */
  public Slot[] slots() {
    return slots.clone();
  }

  /**
   * The next {@code count} slots; each is given out once.
   *
   * @param queue the kernel's queue that they are for
   */
  public Slot[] take(int count, int queue) {
    if (count > slots.length - taken) {
      throw new IllegalStateException(
          "the region has " + slots.length + " slots, " + taken + " taken");
    }
    Slot[] result = new Slot[count];
    for (int i = 0; i < count; i++, taken++) {
      result[i] = slots[taken];
      result[i].queue(queue);
    }
    return result;
  }

  public long bytes() {
    return memory.length();
  }

  /** Unmaps the slots; no channel may be running. */
  @Override
  public void close() throws LinuxException {
    memory.close();
  }
}
