package io.ringmount.channels;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * The memory of a mount's slots: one memfd, mapped at an address that another process can map it at
 * again, because the kernel remembers addresses (io_uring) and whoever takes over must offer the
 * same ones.
 */
public final class SlotRegion implements AutoCloseable {
  /** Of a slot that belongs to no queue of the kernel. */
  static final int NO_QUEUE = -1;

  /** Free in JVMs with every collector; further regions of this process follow 1 TiB apart. */
  private static final long BASE = 0x6000_0000_0000L;

  private static final long STRIDE = 1L << 40;
  private static final int ATTEMPTS = 16;

  private final SharedMemory memory;
  private final int firstIndex;
  private final Slot[] slots;
  private int taken;

  /**
   * Makes a region; its pages are taken when first used.
   *
   * @param slots how many slots
   * @param payload bytes of one payload, a multiple of 4096
   */
  public SlotRegion(int slots, int payload) throws LinuxException {
    this("ringmount-slots", slots, payload, 0);
  }

  /**
   * As the other, for a second region of a mount.
   *
   * @param name for {@code /proc/<pid>/maps}
   * @param firstIndex index of the first slot
   */
  SlotRegion(String name, int slots, int payload, int firstIndex) throws LinuxException {
    this(
        SharedMemory.createMapped(name, bytes(slots, payload), BASE, STRIDE, ATTEMPTS),
        slots,
        payload,
        firstIndex);
    long address = memory.address();
    Memory.putInt(address + SlotLayout.REGION_VERSION, SlotLayout.VERSION);
    Memory.putInt(address + SlotLayout.REGION_SLOTS, slots);
    Memory.putLong(address + SlotLayout.REGION_PAYLOAD, payload);
    Memory.putLong(address + SlotLayout.REGION_ADDRESS, address);
    Memory.putLongRelease(address + SlotLayout.REGION_MAGIC, SlotLayout.MAGIC);
  }

  private SlotRegion(SharedMemory memory, int slots, int payload, int firstIndex) {
    this.memory = memory;
    this.firstIndex = firstIndex;
    this.slots = new Slot[slots];
    long start = memory.address() + SlotLayout.PAGE;
    for (int i = 0; i < slots; i++) {
      this.slots[i] = new Slot(firstIndex + i, start + i * SlotLayout.slotSize(payload), payload);
    }
  }

  /**
   * Takes over the region of a process that served the mount before.
   *
   * @param fd a descriptor of it; stays the caller's
   * @throws IOException when it is no region of this version, or its addresses are not free here
   */
  static SlotRegion inherit(int fd) throws IOException {
    int own = (int) LinuxException.check(FileOps.dup(fd), "dup", "the slots");
    SharedMemory memory = SharedMemory.adopt(own);
    try (Arena arena = Arena.ofConfined()) {
      long head = arena.allocate(SlotLayout.PAGE, Long.BYTES).address();
      LinuxException.check(
          FileOps.pread(memory.fd(), head, SlotLayout.PAGE, 0), "pread", "the slots");
      checkVersion(head);
      int slots = Memory.getInt(head + SlotLayout.REGION_SLOTS);
      long payload = Memory.getLong(head + SlotLayout.REGION_PAYLOAD);
      long address = Memory.getLong(head + SlotLayout.REGION_ADDRESS);
      boolean sound =
          slots >= 0
              && payload > 0
              && payload <= Integer.MAX_VALUE
              && payload % SlotLayout.PAGE == 0
              && memory.length() == bytes(slots, (int) payload)
              && address >= BASE
              && address < BASE + ATTEMPTS * STRIDE
              && address % SlotLayout.PAGE == 0;
      if (!sound) {
        throw new IOException("the description of the slots contradicts itself");
      }
      if (!memory.mapAt(address)) {
        throw new IOException("the address of the slots is taken: " + Long.toHexString(address));
      }
      SlotRegion region = new SlotRegion(memory, slots, (int) payload, 0);
      for (Slot slot : region.slots) {
        slot.inherited();
      }
      return region;
    } catch (IOException | RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /**
   * @param head a copy of a region's first page
   * @throws IOException when this program does not know the region's format
   */
  static void checkVersion(long head) throws IOException {
    int version = Memory.getInt(head + SlotLayout.REGION_VERSION);
    if (Memory.getLong(head + SlotLayout.REGION_MAGIC) != SlotLayout.MAGIC
        || version != SlotLayout.VERSION) {
      throw new IOException(
          "slots of format %d, this program knows %d".formatted(version, SlotLayout.VERSION));
    }
  }

  /** Bytes that a region of this shape takes when all of it is used. */
  public static long bytes(long slots, int payload) {
    return SlotLayout.PAGE + slots * SlotLayout.slotSize(payload);
  }

  /**
   * Takes all pages now. A process that is being killed may fail to take one, and the kernel then
   * fails the request that it was to put there.
   */
  void populate() throws LinuxException {
    memory.populate();
  }

  /** All slots, by their index, taken or not. */
  public Slot[] slots() {
    return slots.clone();
  }

  /**
   * The next {@code count} slots; each is given out once.
   *
   * @param queue the kernel's queue that they are for, or {@link #NO_QUEUE}
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

  /** The slots that the region's maker took for a queue. */
  Slot[] ofQueue(int queue) {
    return Arrays.stream(slots).filter(slot -> slot.record().queue() == queue).toArray(Slot[]::new);
  }

  int payload() {
    return (int) Memory.getLong(memory.address() + SlotLayout.REGION_PAYLOAD);
  }

  /** The memory's descriptor; stays the region's. */
  int fd() {
    return memory.fd();
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
