package io.ringmount.channels.wire;

/**
 * {@code struct fuse_flush_in}: one descriptor of an open file was closed.
 *
 * <pre>
 *   0  u64 fh           8  u32 unused      12  u32 padding     16  u64 lock_owner
 * </pre>
 */
public final class FlushIn extends Flyweight {
  public static final int SIZE = 24;

  private static final int HANDLE = 0;
  private static final int LOCK_OWNER = 16;

  public long handle() {
    return u64(HANDLE);
  }

  public long lockOwner() {
    return u64(LOCK_OWNER);
  }
}
