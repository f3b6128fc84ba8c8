package io.ringmount.channels.wire;

/**
 * {@code struct fuse_fsync_in}, of FSYNC and FSYNCDIR.
 *
 * <pre>
 *   0  u64 fh           8  u32 fsync_flags    12  u32 padding
 * </pre>
 */
public final class FsyncIn extends Flyweight {
  public static final int SIZE = 16;

  /** {@code FUSE_FSYNC_FDATASYNC}. */
  private static final int FSYNC_FDATASYNC = 1;

  private static final int HANDLE = 0;
  private static final int FLAGS = 8;

  public long handle() {
    return u64(HANDLE);
  }

  /** Whether, as for fdatasync(2), only what is needed to read the data back must be stored. */
  public boolean dataOnly() {
    return (u32(FLAGS) & FSYNC_FDATASYNC) != 0;
  }
}
