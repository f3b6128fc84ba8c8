package io.ringmount.channels.waiting;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A strategy that does as the test says. Until told otherwise it does not poll. What it is told
 * holds for the channel's next wait; what it saw can be asked from any thread.
 */
public final class ControlledWait implements WaitStrategy {
  private final AtomicInteger polls = new AtomicInteger();
  private final AtomicInteger hits = new AtomicInteger();
  private final AtomicInteger blocked = new AtomicInteger();
  private final AtomicInteger unblocked = new AtomicInteger();
  private final AtomicInteger bulk = new AtomicInteger();
  private final AtomicInteger other = new AtomicInteger();
  private volatile int looks;

  /** From now on each poll looks at most {@code looks} times; 0: it does not poll. */
  public ControlledWait look(int looks) {
    this.looks = looks;
    return this;
  }

  @Override
  public boolean polls() {
    return looks > 0;
  }

  @Override
  public boolean poll(Arrivals arrivals) {
    polls.incrementAndGet();
    int left = looks;
    do {
      if (arrivals.arrived()) {
        hits.incrementAndGet();
        return true;
      }
    } while (--left > 0);
    return false;
  }

  @Override
  public void blocking() {
    blocked.incrementAndGet();
  }

  @Override
  public void unblocked() {
    unblocked.incrementAndGet();
  }

  @Override
  public void served(boolean bulk) {
    (bulk ? this.bulk : other).incrementAndGet();
  }

  @Override
  public long boundNanos() {
    return looks;
  }

  /** Polls begun. */
  public int pollCount() {
    return polls.get();
  }

  /** Polls that found something. */
  public int hitCount() {
    return hits.get();
  }

  /** Waits in the kernel begun. */
  public int blockingCount() {
    return blocked.get();
  }

  /** Waits in the kernel ended. */
  public int unblockedCount() {
    return unblocked.get();
  }

  public int bulkCount() {
    return bulk.get();
  }

  /** Requests served that were not bulk. */
  public int otherCount() {
    return other.get();
  }
}
