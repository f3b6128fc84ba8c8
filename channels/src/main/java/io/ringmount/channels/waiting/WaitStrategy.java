package io.ringmount.channels.waiting;

/**
 * How long one channel's thread looks for requests before it blocks in the kernel. A wait goes
 *
 * <pre>{@code
 * if (!strategy.polls() || !strategy.poll(arrivals)) {
 *   strategy.blocking();
 *   // wait in the kernel
 *   strategy.unblocked();
 * }
 * // serve what arrived
 * strategy.served(bulk);
 * }</pre>
 *
 * <p>Nothing breaks when a step is left out or repeated; a strategy that learns then learns less.
 * All methods but {@link #boundNanos} are the channel thread's; none allocates or blocks.
 */
public interface WaitStrategy {
  /**
   * Whether {@link #poll} would look repeatedly now. If not, the caller may commit replies and wait
   * in one system call. Reads a field, no clock.
   */
  boolean polls();

  /**
   * Looks until something arrived or it is time to block: at least once, and once only unless
   * {@link #polls()}. May outlast {@link #boundNanos} by one look.
   *
   * @return true only if the last look found something
   */
  boolean poll(Arrivals arrivals);

  /** The thread is about to wait in the kernel. */
  void blocking();

  /** The thread is back from waiting in the kernel. */
  void unblocked();

  /**
   * A request was served.
   *
   * @param bulk whether it moved file data, so that a few microseconds of waiting are nothing to it
   */
  void served(boolean bulk);

  /** The longest that the next {@link #poll} looks, in ns; 0 when it would not. Any thread. */
  long boundNanos();
}
