package io.ringmount.channels.waiting;

import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.NanoClock;

/**
 * Polls for a fixed time at every wait, for users who know their load: kind of request, gain and
 * other threads of the core do not matter. Only the {@link PollBudget} stops it, until half a burst
 * is saved up again; a poll once begun goes on into debt.
 */
public final class BoundedPoll implements WaitStrategy {
  private static final long RESUME_NANOS = PollBudget.BURST_NANOS / 2;

  private final long bound;
  private final PollBudget budget;
  private final NanoClock clock;

  /** Written by the channel thread, for whom it is an ordinary field. */
  private volatile boolean exhausted;

  /**
   * @param boundNanos at least 1
   * @param budget the channel's own
   * @throws IllegalArgumentException when the bound is less than 1
   */
  public BoundedPoll(long boundNanos, PollBudget budget, NanoClock clock) {
    if (boundNanos < 1) {
      throw new IllegalArgumentException("bound must be at least 1 ns, is " + boundNanos);
    }
    this.bound = boundNanos;
    this.budget = budget;
    this.clock = clock;
    exhausted = budget.available(clock.nanoTime()) < RESUME_NANOS;
  }

  @Override
  public boolean polls() {
    return !exhausted;
  }

  @Override
  public boolean poll(Arrivals arrivals) {
    if (arrivals.arrived()) {
      return true;
    }
    if (exhausted) {
      return false;
    }
    long start = clock.nanoTime();
    long now = start;
    while (now - start < bound) {
      BusySpinIdleStrategy.INSTANCE.idle();
      if (arrivals.arrived()) {
        return true;
      }
      now = clock.nanoTime();
    }
    budget.take(now - start);
    exhausted = budget.available(now) < Math.min(bound, RESUME_NANOS);
    return false;
  }

  @Override
  public void blocking() {
    // How long it lasts does not matter.
  }

  @Override
  public void unblocked() {
    if (exhausted) {
      exhausted = budget.available(clock.nanoTime()) < RESUME_NANOS;
    }
  }

  @Override
  public void served(boolean bulk) {
    // The next wait is the same after either.
  }

  @Override
  public long boundNanos() {
    return exhausted ? 0 : bound;
  }
}
