package io.ringmount.channels.wire;

/**
 * {@code struct fuse_lseek_in}.
 *
 * <pre>
 *   0  u64 fh           8  u64 offset      16  u32 whence      20  u32 padding
 * </pre>
 */
public final class LseekIn extends Flyweight {
  public static final int SIZE = 24;

  private static final int HANDLE = 0;
  private static final int OFFSET = 8;
  private static final int WHENCE = 16;

  public long handle() {
    return u64(HANDLE);
  }

  public long offset() {
    return u64(OFFSET);
  }

  /** {@code SEEK_DATA} (3) or {@code SEEK_HOLE} (4). */
  public int whence() {
    return u32(WHENCE);
  }
}
