package io.ringmount.channels.wire;

/**
 * {@code struct fuse_setxattr_in} in its short form, as {@code FUSE_SETXATTR_EXT} is not
 * negotiated; the name and the value follow it.
 *
 * <pre>
 *   0  u32 size         4  u32 flags
 * </pre>
 */
public final class SetxattrIn extends Flyweight {
  public static final int SIZE = 8;

  private static final int LENGTH = 0;
  private static final int FLAGS = 4;

  /** Bytes of the value. */
  public int size() {
    return u32(LENGTH);
  }

  /** {@code XATTR_CREATE} (1), {@code XATTR_REPLACE} (2), or 0. */
  public int flags() {
    return u32(FLAGS);
  }
}
