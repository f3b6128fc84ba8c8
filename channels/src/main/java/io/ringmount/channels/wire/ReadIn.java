package io.ringmount.channels.wire;

/**
 * {@code struct fuse_read_in}, of READ, READDIR and READDIRPLUS.
 *
 * <pre>
 *   0  u64 fh           8  u64 offset      16  u32 size        20  u32 read_flags
 *  24  u64 lock_owner  32  u32 flags       36  u32 padding
 * </pre>
 */
public final class ReadIn extends Flyweight {
  public static final int SIZE = 40;

  private static final int HANDLE = 0;
  private static final int OFFSET = 8;

  /** Where {@link #size} lies. */
  public static final int LENGTH = 16;

  private static final int FLAGS = 32;

  public long handle() {
    return u64(HANDLE);
  }

  /** Byte position in a file, or the cookie of the last entry read of a directory. */
  public long offset() {
    return u64(OFFSET);
  }

  /** The most bytes the reply may carry. */
  public int size() {
    return u32(LENGTH);
  }

  /** The {@code O_*} bits the file has now: {@code O_DIRECT} may differ from those at open. */
  public int flags() {
    return u32(FLAGS);
  }
}
