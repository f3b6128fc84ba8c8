package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.Statx;
import java.util.concurrent.TimeUnit;

/**
 * What of a file's attributes changes whenever its content does: two that are equal are of the same
 * content. The times alone do not tell of a second change in the same tick of the backend's clock,
 * so an open remembers only what has been {@linkplain #isSettled settled} for longer.
 */
record ContentVersion(
    long size, long mtimeSeconds, int mtimeNanos, long ctimeSeconds, int ctimeNanos) {
  /** Of any clock that a file system takes its times from, with some difference between clocks. */
  private static final long TICK_SECONDS = 2;

  /**
   * The present one of a file.
   *
   * @param statx address of its attributes
   */
  static ContentVersion of(long statx) {
    return new ContentVersion(
        Statx.size(statx),
        Statx.mtimeSeconds(statx),
        Statx.mtimeNanos(statx),
        Statx.ctimeSeconds(statx),
        Statx.ctimeNanos(statx));
  }

  /** Whether a change from now on would give another one. */
  boolean isSettled() {
    long now = TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
    return Math.max(mtimeSeconds, ctimeSeconds) + TICK_SECONDS < now;
  }
}
