package io.ringmount.channels.uring;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * On which processor each caller made its last request. Shared by all channels, yet no cache line
 * moves between processors unless a caller does: a place is written only when it changes.
 *
 * <p>Two callers that share a place hide each other's moves; nothing worse.
 */
final class Callers {
  private static final int PLACES = 1024;

  /** Thread id above, queue below 32 bits; 0 when never used. */
  private final AtomicLongArray last = new AtomicLongArray(PLACES);

  /**
   * Notes a request. Any thread.
   *
   * @param caller thread id of the caller; 0 when the kernel does not tell
   * @param queue of the processor that the request was made on
   * @return whether the caller made its last one on another processor
   */
  boolean moved(int caller, int queue) {
    if (caller == 0) {
      return false;
    }
    int place = caller & (PLACES - 1);
    long known = last.getOpaque(place);
    long present = (long) caller << 32 | Integer.toUnsignedLong(queue);
    if (known == present) {
      return false;
    }
    last.setOpaque(place, present);
    return known >>> 32 == Integer.toUnsignedLong(caller);
  }
}
