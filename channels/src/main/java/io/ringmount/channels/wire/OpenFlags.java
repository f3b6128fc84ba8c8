package io.ringmount.channels.wire;

/**
 * The {@code FOPEN_*} bits of {@link OpenOut#openFlags}, and the one of {@link OpenIn#openFlags}.
 */
public final class OpenFlags {
  /** Go past the page cache. */
  public static final int DIRECT_IO = 1 << 0;

  /** Do not drop the cached data of the file at this open. */
  public static final int KEEP_CACHE = 1 << 1;

  /** The file cannot be positioned. */
  public static final int NONSEEKABLE = 1 << 2;

  /** Cache the entries of this directory. */
  public static final int CACHE_DIR = 1 << 3;

  /** The file has no position at all. */
  public static final int STREAM = 1 << 4;

  /** Send no FLUSH at close, unless there is data to write back. */
  public static final int NOFLUSH = 1 << 5;

  /** Let several direct writes to one file run at a time. */
  public static final int PARALLEL_DIRECT_WRITES = 1 << 6;

  /** Read and write the file {@link OpenOut#backingId} without asking the daemon. */
  public static final int PASSTHROUGH = 1 << 7;

  /** In a request: take set-user-id, and set-group-id if executable, off the file. */
  public static final int OPEN_KILL_SUIDGID = 1 << 0;

  private OpenFlags() {}
}
