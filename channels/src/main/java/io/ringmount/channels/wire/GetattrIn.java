package io.ringmount.channels.wire;

/**
 * {@code struct fuse_getattr_in}.
 *
 * <pre>
 *   0  u32 getattr_flags    4  u32 dummy    8  u64 fh
 * </pre>
 */
public final class GetattrIn extends Flyweight {
  public static final int SIZE = 16;

  /** {@code FUSE_GETATTR_FH}. */
  private static final int GETATTR_FH = 1;

  private static final int FLAGS = 0;
  private static final int HANDLE = 8;

  /** Whether the request came through an open file, so that {@link #handle} counts. */
  public boolean hasHandle() {
    return (u32(FLAGS) & GETATTR_FH) != 0;
  }

  public long handle() {
    return u64(HANDLE);
  }
}
