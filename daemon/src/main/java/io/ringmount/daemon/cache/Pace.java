package io.ringmount.daemon.cache;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * When fills may fetch from the backend: as they like while no application reads from it, else now
 * and then. All methods are for any thread.
 */
final class Pace {
  /** Who reads on within this time has not stopped reading. */
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Of the time in which applications read, fills take one part in so many. */
  private static final long ONE_PART_IN = 100;

  private final AtomicInteger reading = new AtomicInteger();
  private volatile long lastRead = System.nanoTime() - QUIET_NANOS;
  private long nextFetch = System.nanoTime();
  private boolean fetching;

  /** An application begins to read from the backend. */
  void beginRead() {
    reading.incrementAndGet();
  }

  void endRead() {
    lastRead = System.nanoTime();
    reading.decrementAndGet();
  }

  /** Whether no application reads. */
  boolean isQuiet() {
    return reading.get() == 0 && System.nanoTime() - lastRead > QUIET_NANOS;
  }

  /** Whether a fill may fetch although applications read; if so, {@link #fetched} must follow. */
  synchronized boolean tryFetch() {
    if (fetching || System.nanoTime() - nextFetch < 0) {
      return false;
    }
    fetching = true;
    return true;
  }

  /**
   * Ends what {@link #tryFetch} allowed.
   *
   * @param nanos that it took
   */
  synchronized void fetched(long nanos) {
    fetching = false;
    nextFetch = System.nanoTime() + nanos * (ONE_PART_IN - 1);
  }
}
