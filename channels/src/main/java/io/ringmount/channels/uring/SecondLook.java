package io.ringmount.channels.uring;

/**
 * Decides when to look for more requests after a wait has brought one.
 *
 * <p>A thread that waits for one completion is given one, also when others could be made at once:
 * the rest comes with its next call (kernel {@code io_uring/io_uring.c}, {@code io_cqring_wait}).
 * In that call it has woken a caller, who takes the processor, and the request lies there until he
 * is done. Fetched by a call in between, requests are served and committed together: with several
 * callers on one processor that saves a change of threads a request. So it looks as long as that
 * brings something, and now and then to see whether it would.
 *
 * <p>For one thread.
 */
final class SecondLook {
  /** How often a second look may be in vain. */
  static final int PATIENCE = 16;

  /** One wait of so many is followed by a second look though the last ones were in vain. */
  static final int PROBE = 32;

  private int left;
  private int waits;

  /** Whether to look again after this wait. */
  boolean due() {
    return left > 0 || ++waits % PROBE == 0;
  }

  /** What the second look came to. */
  void found(boolean more) {
    left = more ? PATIENCE : Math.max(0, left - 1);
  }
}
