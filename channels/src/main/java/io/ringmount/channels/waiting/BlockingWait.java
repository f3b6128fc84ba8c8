package io.ringmount.channels.waiting;

/**
 * Never polls: the kernel wakes the thread. Costs no processor time and adds no latency of its own.
 */
public final class BlockingWait implements WaitStrategy {
  /** It has no state: every channel may use this one. */
  public static final BlockingWait INSTANCE = new BlockingWait();

  private BlockingWait() {}

  @Override
  public boolean polls() {
    return false;
  }

  @Override
  public boolean poll(Arrivals arrivals) {
    return arrivals.arrived();
  }

  @Override
  public void blocking() {
    // Nothing is learned from it.
  }

  @Override
  public void unblocked() {
    // Nothing is learned from it.
  }

  @Override
  public void served(boolean bulk) {
    // The next wait is the same after either.
  }

  @Override
  public long boundNanos() {
    return 0;
  }
}
