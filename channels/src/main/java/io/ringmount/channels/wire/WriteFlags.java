package io.ringmount.channels.wire;

/** The {@code FUSE_WRITE_*} bits of {@link WriteIn#writeFlags}. */
public final class WriteFlags {
  /**
   * Delayed write from the page cache: the handle is a guess, the header's pid is not the writer.
   */
  public static final int CACHE = 1 << 0;

  /** {@link WriteIn#lockOwner} counts. */
  public static final int LOCK_OWNER = 1 << 1;

  /** Take the set-user-id bit, and set-group-id if executable, off the file. */
  public static final int KILL_SUIDGID = 1 << 2;

  private WriteFlags() {}
}
