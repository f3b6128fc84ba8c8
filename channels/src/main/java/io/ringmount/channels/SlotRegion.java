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
  private final int slots;
  private final int payload;
  private int taken;

  /**
   * @param slots how many slots
   * @param payload bytes of one payload, a multiple of 4096
   */
  public SlotRegion(int slots, int payload) throws LinuxException {
    this.slots = slots;
    this.payload = payload;
    this.memory =
        SharedMemory.createMapped("ringmount-slots", bytes(slots, payload), BASE, STRIDE, ATTEMPTS);
    long address = memory.address();
    Memory.putInt(address + SlotLayout.REGION_VERSION, SlotLayout.VERSION);
    Memory.putInt(address + SlotLayout.REGION_SLOTS, slots);
    Memory.putLong(address + SlotLayout.REGION_PAYLOAD, payload);
    Memory.putLongRelease(address + SlotLayout.REGION_MAGIC, SlotLayout.MAGIC);
  }

  /** Bytes that a region of this shape takes when all of it is used. */
  public static long bytes(int slots, int payload) {
    return SlotLayout.PAGE + slots * SlotLayout.slotSize(payload);
  }

  /**
   * The slots of one channel: {@code perQueue} for each of its kernel queues; each given out once.
   */
  public Slot[] take(int perQueue, int... queues) {
    int count = perQueue * queues.length;
    if (count > slots - taken) {
      throw new IllegalStateException("the region has " + slots + " slots, " + taken + " taken");
    }
    Slot[] result = new Slot[count];
    for (int i = 0; i < count; i++, taken++) {
      long address = memory.address() + SlotLayout.PAGE + taken * SlotLayout.slotSize(payload);
      result[i] = new Slot(taken, address, payload);
      result[i].assign(queues[i / perQueue], i);
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
