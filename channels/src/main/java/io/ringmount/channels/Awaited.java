package io.ringmount.channels;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Which request a slot waits for while it is served detached from it, so that exactly one answers
 * the slot: the request's outcome, or whoever gives the request up.
 *
 * <p>Memory order: what either needs to answer is written before {@link #begin}, a volatile write;
 * each takes the number away by a compare-and-set, a full fence, and answers only then. Numbers of
 * requests are never used twice, so whoever comes late takes nothing from a later request.
 */
final class Awaited {
  private static final long NONE = 0;
  private static final long ABANDONED = -1;

  private final AtomicLong number = new AtomicLong(NONE);

  /** The slot waits for the request {@code unique} from now on. Channel thread. */
  void begin(long unique) {
    number.set(unique);
  }

  /** Whether the caller, who has the outcome of {@code unique}, answers the slot. Any thread. */
  boolean end(long unique) {
    return number.compareAndSet(unique, NONE);
  }

  /** Whether the caller, who gives {@code unique} up, answers the slot. Any thread. */
  boolean abandon(long unique) {
    return number.compareAndSet(unique, ABANDONED);
  }
}
