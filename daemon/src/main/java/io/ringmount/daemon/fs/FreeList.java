package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Indexes of records that are thought to be free; last in, first out. Without locks and without
 * objects: a stack whose links lie in memory of their own, one for each index, of which pages are
 * taken when touched. This process's alone: whether a record is free its life says.
 *
 * <p>Bits 32 to 63 of the head count its changes: a head that was popped and pushed again meanwhile
 * is not taken for the same.
 */
final class FreeList implements AutoCloseable {
  private static final int ABSENT = 0;

  /** Being put in, by another thread. */
  private static final int ENTERING = -1;

  /** What is added to an index to make a link of it; index 0 ends the list. */
  private static final int IS_LINK = 1;

  private final SharedMemory links;
  private final AtomicLong head = new AtomicLong();

  /**
   * @param capacity all indexes are below it
   */
  FreeList(int capacity) throws LinuxException {
    long pages = ((long) capacity * Integer.BYTES - 1) / SharedMemory.PAGE_SIZE + 1;
    links = SharedMemory.create("ringmount-free", pages * SharedMemory.PAGE_SIZE);
    try {
      links.map();
    } catch (LinuxException e) {
      links.close();
      throw e;
    }
  }

  private long link(int index) {
    return links.address() + (long) index * Integer.BYTES;
  }

  /** Puts an index in, unless it is there. */
  void push(int index) {
    long link = link(index);
    if (!Memory.compareAndSetInt(link, ABSENT, ENTERING)) {
      return;
    }
    while (true) {
      long top = head.get();
      Memory.putIntRelease(link, (int) top + IS_LINK);
      if (head.compareAndSet(top, following(top, index))) {
        return;
      }
    }
  }

  /** Takes an index out; 0 when there is none. */
  int pop() {
    while (true) {
      long top = head.get();
      int index = (int) top;
      if (index == 0) {
        return 0;
      }
      int next = Memory.getIntAcquire(link(index)) - IS_LINK;
      if (head.compareAndSet(top, following(top, next))) {
        Memory.putIntRelease(link(index), ABSENT);
        return index;
      }
    }
  }

  private static long following(long top, int index) {
    return ((top >>> Integer.SIZE) + 1) << Integer.SIZE | index;
  }

  void leaveMapped() {
    links.leaveMapped();
  }

  @Override
  public void close() throws LinuxException {
    links.close();
  }
}
