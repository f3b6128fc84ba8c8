package io.ringmount.channels.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/**
 * Waiting for a change of a word in memory that processes share, {@code futex(2)}. Any thread; the
 * memory is the caller's.
 */
public final class Futex {
  private static final int WAIT = 0;
  private static final int WAKE = 1;

  /** For who waits for something that may die without a word. */
  private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long TIMESPEC_SIZE = 16;
  private static final long TIMESPEC_NANOS = 8;

  /** Made once, as callers have no time to lose. */
  private static final long LONGEST = longest();

  private Futex() {}

  private static long longest() {
    MemorySegment timespec = Arena.global().allocate(TIMESPEC_SIZE, Long.BYTES);
    Memory.putLong(timespec.address() + TIMESPEC_NANOS, LONGEST_NANOS);
    return timespec.address();
  }

  /**
   * Waits until the word is changed and {@link #wake} called, for 20 ms at most; may return for no
   * reason: look again.
   *
   * @param address of the word, a multiple of 4
   * @param expected returns at once when the word is something else
   */
  public static void await(long address, int expected) {
    Syscall.call(SyscallNumber.FUTEX, address, WAIT, expected, LONGEST);
  }

  /** Wakes all who wait. */
  public static void wake(long address) {
    Syscall.call(SyscallNumber.FUTEX, address, WAKE, Integer.MAX_VALUE);
  }
}
