package io.ringmount.channels.wire;

/**
 * {@code struct fuse_release_in}, of RELEASE and RELEASEDIR: the last use of a handle ended.
 *
 * <pre>
 *   0  u64 fh           8  u32 flags       12  u32 release_flags
 *  16  u64 lock_owner
 * </pre>
 */
public final class ReleaseIn extends Flyweight {
  public static final int SIZE = 24;

  private static final int HANDLE = 0;
  private static final int FLAGS = 8;
  private static final int RELEASE_FLAGS = 12;
  private static final int LOCK_OWNER = 16;

  public long handle() {
    return u64(HANDLE);
  }

  /** The {@code O_*} bits the file has now. */
  public int flags() {
    return u32(FLAGS);
  }

  /** Bit 0: flush first; bit 1: drop the flock(2) locks of the owner. */
  public int releaseFlags() {
    return u32(RELEASE_FLAGS);
  }

  public long lockOwner() {
    return u64(LOCK_OWNER);
  }
}
