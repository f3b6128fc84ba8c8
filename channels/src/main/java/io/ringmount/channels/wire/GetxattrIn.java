package io.ringmount.channels.wire;

/**
 * {@code struct fuse_getxattr_in}, of GETXATTR and LISTXATTR.
 *
 * <pre>
 *   0  u32 size         4  u32 padding
 * </pre>
 */
public final class GetxattrIn extends Flyweight {
  public static final int SIZE = 8;

  private static final int ROOM = 0;

  /** The most bytes that the caller takes; 0 to be told how many there are. */
  public int size() {
    return u32(ROOM);
  }
}
