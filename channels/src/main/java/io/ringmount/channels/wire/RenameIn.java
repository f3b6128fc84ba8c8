package io.ringmount.channels.wire;

/**
 * {@code struct fuse_rename_in}; the old and the new name follow it.
 *
 * <pre>
 *   0  u64 newdir
 * </pre>
 */
public final class RenameIn extends Flyweight {
  public static final int SIZE = 8;

  private static final int NEW_PARENT = 0;

  /** The node of the directory to move into; the header names the one to move out of. */
  public long newParent() {
    return u64(NEW_PARENT);
  }
}
