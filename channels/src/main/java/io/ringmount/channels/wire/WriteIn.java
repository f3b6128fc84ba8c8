package io.ringmount.channels.wire;

/**
 * {@code struct fuse_write_in}; the data follow it.
 *
 * <pre>
 *   0  u64 fh           8  u64 offset      16  u32 size        20  u32 write_flags
 *  24  u64 lock_owner  32  u32 flags       36  u32 padding
 * </pre>
 */
public final class WriteIn extends Flyweight {
  public static final int SIZE = 40;

  private static final int HANDLE = 0;
  private static final int OFFSET = 8;
  private static final int LENGTH = 16;
  private static final int WRITE_FLAGS = 20;
  private static final int LOCK_OWNER = 24;
  private static final int FLAGS = 32;

  /** With {@link WriteFlags#CACHE} some handle of the file, not always the writer's. */
  public long handle() {
    return u64(HANDLE);
  }

  public long offset() {
    return u64(OFFSET);
  }

  /** Bytes of data that follow. */
  public int size() {
    return u32(LENGTH);
  }

  /** Bits of {@link WriteFlags}. */
  public int writeFlags() {
    return u32(WRITE_FLAGS);
  }

  public long lockOwner() {
    return u64(LOCK_OWNER);
  }

  /** The {@code O_*} bits the file has now. */
  public int flags() {
    return u32(FLAGS);
  }
}
