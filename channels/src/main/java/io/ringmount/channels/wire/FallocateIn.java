package io.ringmount.channels.wire;

/**
 * {@code struct fuse_fallocate_in}.
 *
 * <pre>
 *   0  u64 fh           8  u64 offset      16  u64 length      24  u32 mode    28  u32 padding
 * </pre>
 */
public final class FallocateIn extends Flyweight {
  public static final int SIZE = 32;

  private static final int HANDLE = 0;
  private static final int OFFSET = 8;
  private static final int LENGTH = 16;
  private static final int MODE = 24;

  public long handle() {
    return u64(HANDLE);
  }

  public long offset() {
    return u64(OFFSET);
  }

  public long length() {
    return u64(LENGTH);
  }

  /** {@code FALLOC_FL_*} of fallocate(2). */
  public int mode() {
    return u32(MODE);
  }
}
