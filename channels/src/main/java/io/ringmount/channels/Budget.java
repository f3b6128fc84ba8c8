package io.ringmount.channels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Bounds how many requests are with the file system at once, and among them those that move bulk
 * data, so that room for the others is always left. Any thread may take and give back.
 */
final class Budget {
  private static final VarHandle ALL;
  private static final VarHandle BULK;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ALL = lookup.findVarHandle(Budget.class, "all", int.class);
      BULK = lookup.findVarHandle(Budget.class, "bulk", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int limit;
  private final int bulkLimit;

  // Written through the handles.
  private volatile int all;
  private volatile int bulk;

  /**
   * @param limit at least 1; three quarters of it, and at least one, may be bulk requests
   */
  Budget(int limit) {
    this.limit = limit;
    this.bulkLimit = Math.max(1, limit * 3 / 4);
  }

  int limit() {
    return limit;
  }

  /** How many requests have been admitted and not given back. */
  int taken() {
    return all;
  }

  /** Admits a request, or does not. */
  boolean take(boolean isBulk) {
    if (isBulk && !increment(BULK, bulkLimit)) {
      return false;
    }
    if (increment(ALL, limit)) {
      return true;
    }
    if (isBulk) {
      BULK.getAndAdd(this, -1);
    }
    return false;
  }

  /** Counts a request that is admitted whatever the limit. */
  void takeBeyond(boolean isBulk) {
    if (isBulk) {
      BULK.getAndAdd(this, 1);
    }
    ALL.getAndAdd(this, 1);
  }

  private boolean increment(VarHandle count, int most) {
    // Not one too many even for a moment: somebody else would be refused and not woken.
    int now = (int) count.getVolatile(this);
    while (now < most) {
      int found = (int) count.compareAndExchange(this, now, now + 1);
      if (found == now) {
        return true;
      }
      now = found;
    }
    return false;
  }

  /** An admitted request has been answered. */
  void give(boolean isBulk) {
    if (isBulk) {
      BULK.getAndAdd(this, -1);
    }
    ALL.getAndAdd(this, -1);
  }
}
