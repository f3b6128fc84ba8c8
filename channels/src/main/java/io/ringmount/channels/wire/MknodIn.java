package io.ringmount.channels.wire;

/**
 * {@code struct fuse_mknod_in}; the name follows it.
 *
 * <pre>
 *   0  u32 mode         4  u32 rdev         8  u32 umask       12  u32 padding
 * </pre>
 */
public final class MknodIn extends Flyweight {
  public static final int SIZE = 16;

  /** Offset of the caller's umask, a u32. */
  public static final int UMASK = 8;

  private static final int MODE = 0;
  private static final int DEVICE = 4;

  /** File type and permission bits, less the umask unless {@link InitFlags#DONT_MASK} is set. */
  public int mode() {
    return u32(MODE);
  }

  /** The number of a device file, encoded as by {@link Attributes#encodeDevice}. */
  public int device() {
    return u32(DEVICE);
  }

  public int umask() {
    return u32(UMASK);
  }
}
