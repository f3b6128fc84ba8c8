package io.ringmount.channels.wire;

/**
 * {@code struct fuse_getxattr_out}, the reply to GETXATTR and LISTXATTR that ask for a length.
 *
 * <pre>
 *   0  u32 size         4  u32 padding
 * </pre>
 */
public final class GetxattrOut extends Flyweight {
  public static final int SIZE = 8;

  private static final int LENGTH = 0;

  /** How many bytes there are. */
  public GetxattrOut size(int bytes) {
    u32(LENGTH, bytes);
    return this;
  }
}
