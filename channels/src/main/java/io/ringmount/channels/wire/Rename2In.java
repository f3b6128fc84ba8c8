package io.ringmount.channels.wire;

/**
 * {@code struct fuse_rename2_in}; the old and the new name follow it.
 *
 * <pre>
 *   0  u64 newdir       8  u32 flags       12  u32 padding
 * </pre>
 */
public final class Rename2In extends Flyweight {
  public static final int SIZE = 16;

  private static final int NEW_PARENT = 0;
  private static final int FLAGS = 8;

  /** The node of the directory to move into; the header names the one to move out of. */
  public long newParent() {
    return u64(NEW_PARENT);
  }

  /** The {@code RENAME_*} bits of renameat2(2). */
  public int flags() {
    return u32(FLAGS);
  }
}
