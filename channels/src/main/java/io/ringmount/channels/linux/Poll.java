package io.ringmount.channels.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.concurrent.TimeUnit;

/**
 * Waits for descriptors ({@code poll(2)}). The descriptors stay the caller's. An instance belongs
 * to one thread; what should end its wait early is an {@link EventFd} among the descriptors. {@code
 * EINTR} is retried with the time that is left, so no wait ends early for a signal.
 */
public final class Poll {
  /** Something to read, or the other end is closed. */
  public static final int POLLIN = 0x01;

  /** Room to write. */
  public static final int POLLOUT = 0x04;

  /** Returned only: error. */
  public static final int POLLERR = 0x08;

  /** Returned only: the other end is gone. */
  public static final int POLLHUP = 0x10;

  /** Returned only: the descriptor is not open. */
  public static final int POLLNVAL = 0x20;

  /** As a timeout: wait as long as it takes. */
  public static final int FOREVER = -1;

  /** {@code struct pollfd}: s32 descriptor, s16 wanted events, s16 returned events. */
  private static final int ENTRY_SIZE = 8;

  private static final int FD = 0;
  private static final int EVENTS = 4;
  private static final int RETURNED = 6;

  private final MemorySegment entries;
  private final int capacity;
  private int count;

  /** Makes an empty list with room for {@code capacity} descriptors. */
  public Poll(int capacity) {
    this.capacity = capacity;
    entries = Arena.ofAuto().allocate((long) capacity * ENTRY_SIZE, Long.BYTES);
  }

  /** Makes the list empty again. */
  public void clear() {
    count = 0;
  }

  /**
   * Adds a descriptor.
   *
   * @param fd a negative one is ignored by the kernel
   * @param events {@code POLLIN}, {@code POLLOUT}
   * @return its index for {@link #returned}
   */
  public int add(int fd, int events) {
    if (count == capacity) {
      throw new IllegalStateException("room for " + capacity + " descriptors only");
    }
    fill(entries.address() + (long) count * ENTRY_SIZE, fd, events);
    return count++;
  }

  /**
   * Hot path: waits until at least one descriptor is ready.
   *
   * @param timeoutMillis 0 to look only, {@link #FOREVER}
   * @return how many are ready, 0 after the timeout, or {@code -errno}
   */
  public int await(int timeoutMillis) {
    try {
      return poll(entries.address(), count, timeoutMillis);
    } finally {
      Reference.reachabilityFence(this); // Else the entries could go while the kernel uses them.
    }
  }

  /** What the last {@link #await} found for the descriptor at {@code index}: {@code POLL*} bits. */
  public int returned(int index) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException(index);
    }
    try {
      return returnedAt(entries.address() + (long) index * ENTRY_SIZE);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Waits for one descriptor.
   *
   * @param timeoutMillis 0 to look only, {@link #FOREVER}
   * @return {@code POLL*} bits, 0 after the timeout, or {@code -errno}
   */
  public static int one(int fd, int events, int timeoutMillis) {
    try (Arena arena = Arena.ofConfined()) {
      long entry = arena.allocate(ENTRY_SIZE, Long.BYTES).address();
      fill(entry, fd, events);
      int ready = poll(entry, 1, timeoutMillis);
      return ready > 0 ? returnedAt(entry) : ready;
    }
  }

  private static int poll(long entries, int count, int timeoutMillis) {
    long started = timeoutMillis > 0 ? System.nanoTime() : 0;
    int left = timeoutMillis;
    while (true) {
      int result = (int) Syscall.call(SyscallNumber.POLL, entries, count, left);
      if (result != -Errno.EINTR) {
        return result;
      }
      if (timeoutMillis > 0) {
        long passed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        left = (int) Math.max(0, timeoutMillis - passed);
      }
    }
  }

  private static void fill(long entry, int fd, int events) {
    Memory.putInt(entry + FD, fd);
    Memory.putShort(entry + EVENTS, (short) events);
    Memory.putShort(entry + RETURNED, (short) 0);
  }

  private static int returnedAt(long entry) {
    return Short.toUnsignedInt(Memory.getShort(entry + RETURNED));
  }
}
