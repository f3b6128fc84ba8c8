package io.ringmount.channels.wire;

/**
 * {@code struct fuse_statx_in}.
 *
 * <pre>
 *   0  u32 getattr_flags    4  u32 reserved   8  u64 fh   16  u32 sx_flags   20  u32 sx_mask
 * </pre>
 */
public final class StatxIn extends Flyweight {
  public static final int SIZE = 24;

  /** {@code FUSE_GETATTR_FH}. */
  private static final int GETATTR_FH = 1;

  private static final int GETATTR_FLAGS = 0;
  private static final int HANDLE = 8;
  private static final int MASK = 20;

  /** Whether the request came through an open file, so that {@link #handle} counts. */
  public boolean hasHandle() {
    return (u32(GETATTR_FLAGS) & GETATTR_FH) != 0;
  }

  public long handle() {
    return u64(HANDLE);
  }

  /** {@code STATX_*} bits of what is wanted. */
  public int mask() {
    return u32(MASK);
  }
}
