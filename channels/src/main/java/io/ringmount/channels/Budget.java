package io.ringmount.channels;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds how many requests are with the file system at once, and among them those that move bulk
 * data, so that room for the others is always left. Any thread may take and give back.
 */
final class Budget {
  /** Both counts are in one word, so that a take never has to be undone: bulk above, all below. */
  private static final int BULK_SHIFT = 32;

  private static final long ONE = 1;
  private static final long ONE_BULK = (1L << BULK_SHIFT) + ONE;

  private final int limit;
  private final int bulkLimit;
  private final AtomicLong counts = new AtomicLong();

  /**
   * @param limit at least 1; three quarters of it, and at least one, may be bulk requests
   */
  Budget(int limit) {
    this.limit = limit;
    this.bulkLimit = Math.max(1, limit * 3 / 4);
  }

  /** How many requests have been admitted and not given back. */
  int taken() {
    return (int) counts.get();
  }

  /** Admits a request, or does not. */
  boolean take(boolean bulk) {
    long now = counts.get();
    while ((int) now < limit && !(bulk && now >>> BULK_SHIFT >= bulkLimit)) {
      long found = counts.compareAndExchange(now, now + one(bulk));
      if (found == now) {
        return true;
      }
      now = found;
    }
    return false;
  }

  /** Counts a request that is admitted whatever the limit. */
  void takeBeyond(boolean bulk) {
    counts.getAndAdd(one(bulk));
  }

  /** An admitted request has been answered. */
  void give(boolean bulk) {
    counts.getAndAdd(-one(bulk));
  }

  private static long one(boolean bulk) {
    return bulk ? ONE_BULK : ONE;
  }
}
