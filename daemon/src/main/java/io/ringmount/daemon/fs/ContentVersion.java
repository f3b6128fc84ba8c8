package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.Statx;
import java.util.concurrent.TimeUnit;

/**
 * What of a file's attributes changes whenever its content does: two that are equal are of the same
 * content, if the first was {@linkplain #isSettled settled}.
 *
 * <p>Not so on a local file system while a process stores into a shared mapping: the times change
 * when a page becomes dirty, not at every store ({@code mm/memory.c}, {@code do_page_mkwrite}). A
 * server's change when the pages are written back.
 */
record ContentVersion(
    long size, long mtimeSeconds, int mtimeNanos, long ctimeSeconds, int ctimeNanos) {
  /** Of any clock that a server takes its times from, with some difference between clocks. */
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

  /**
   * Whether a change from now on gives another one: the times do not tell of a second change in the
   * same tick of the clock they come from.
   */
  boolean isSettled() {
    long now = TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
    return Math.max(mtimeSeconds, ctimeSeconds) + TICK_SECONDS < now;
  }
}
