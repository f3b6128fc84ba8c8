package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.Opcode;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Slots without payload for the stress tests, which use up some for every sample: their memory goes
 * round, and none is used again while the sample that had it can still run.
 */
public final class StressSlots {
  /** More than twice the samples that {@link MemoryOrderIT} has in the making at once. */
  private static final int COUNT = 16384;

  /** Of a slot's page, as much as requests and replies without arguments need. */
  private static final long SIZE = 2048;

  private static final long MEMORY =
      Arena.global().allocate(SIZE * COUNT, SlotLayout.PAGE).address();

  private static final AtomicInteger LAST = new AtomicInteger();

  private StressSlots() {}

  /** A slot that the kernel may fill with the request {@code unique} about {@code node}. */
  static Slot filled(long unique, long node) {
    int place = LAST.incrementAndGet() & (COUNT - 1);
    Slot slot = new Slot(place, MEMORY + SIZE * place, 0);
    slot.offered();
    long header = slot.headerAddress();
    Memory.putInt(header + 4, Opcode.GETATTR);
    Memory.putLong(header + 8, unique);
    Memory.putLong(header + 16, node);
    return slot;
  }

  /** A slot with the request {@code unique} about {@code node}. */
  static Slot received(long unique, long node) {
    Slot slot = filled(unique, node);
    slot.receivedFromRing(null);
    return slot;
  }

  /** A transfer that nobody carries. */
  public static FileTransfer transfer() {
    Slot slot = received(1, 1);
    slot.exchange(new Exchange(slot, null));
    return slot.transfer();
  }

  /** A {@link FreeQueue}, for the transports' tests. */
  public static final class Free {
    private static final Slot SLOT = received(1, 1);

    private final FreeQueue queue = new FreeQueue(2);

    public void bring() {
      queue.bring(SLOT);
    }

    public boolean isEmpty() {
      return queue.isEmpty();
    }
  }
}
