package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.Statx;

/**
 * Which content a file has: the same version as before means the same content. The time of change
 * changes with all else, and nobody can set it.
 *
 * @param size in bytes
 * @param mtimeSeconds since 1970
 * @param ctimeSeconds since 1970
 */
public record FileVersion(
    long size, long mtimeSeconds, int mtimeNanos, long ctimeSeconds, int ctimeNanos) {
  /** What must be asked of statx(2). */
  public static final int WANTED =
      FileFlags.STATX_SIZE | FileFlags.STATX_MTIME | FileFlags.STATX_CTIME;

  /**
   * A file that was changed so lately may change again and keep its times: some servers count in
   * seconds, and their clock need not be exactly ours.
   */
  private static final long SETTLED_SECONDS = 3;

  /**
   * The version that attributes tell.
   *
   * @param statx address of them, {@link #WANTED} among them
   */
  public static FileVersion of(long statx) {
    return new FileVersion(
        Statx.size(statx),
        Statx.mtimeSeconds(statx),
        Statx.mtimeNanos(statx),
        Statx.ctimeSeconds(statx),
        Statx.ctimeNanos(statx));
  }

  /** Whether attributes, as for {@link #of}, are of this version. */
  boolean is(long statx) {
    return Statx.size(statx) == size
        && Statx.mtimeSeconds(statx) == mtimeSeconds
        && Statx.mtimeNanos(statx) == mtimeNanos
        && Statx.ctimeSeconds(statx) == ctimeSeconds
        && Statx.ctimeNanos(statx) == ctimeNanos;
  }

  /** Whether a change from now on would make another version. */
  public boolean isSettled() {
    return isSettled(mtimeSeconds, ctimeSeconds);
  }

  /**
   * As the other, of a file with these times.
   *
   * @param mtimeSeconds since 1970
   * @param ctimeSeconds since 1970
   */
  public static boolean isSettled(long mtimeSeconds, long ctimeSeconds) {
    return System.currentTimeMillis() / 1000 - Math.max(mtimeSeconds, ctimeSeconds)
        >= SETTLED_SECONDS;
  }
}
