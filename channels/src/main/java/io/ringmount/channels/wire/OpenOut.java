package io.ringmount.channels.wire;

/**
 * {@code struct fuse_open_out}, the reply to OPEN and OPENDIR, and the second part of that to
 * CREATE.
 *
 * <pre>
 *   0  u64 fh           8  u32 open_flags  12  s32 backing_id
 * </pre>
 */
public final class OpenOut extends Flyweight {
  public static final int SIZE = 16;

  private static final int HANDLE = 0;
  private static final int OPEN_FLAGS = 8;
  private static final int BACKING_ID = 12;

  /** Sets every field to zero. */
  public OpenOut clear() {
    zero(SIZE);
    return this;
  }

  /** A number of the file system's choice, which later requests on this open file repeat. */
  public long handle() {
    return u64(HANDLE);
  }

  public OpenOut handle(long handle) {
    u64(HANDLE, handle);
    return this;
  }

  /** Bits of {@link OpenFlags}. */
  public OpenOut openFlags(int flags) {
    u32(OPEN_FLAGS, flags);
    return this;
  }

  /** The backing file, if {@link OpenFlags#PASSTHROUGH} is set. */
  public OpenOut backingId(int id) {
    u32(BACKING_ID, id);
    return this;
  }
}
