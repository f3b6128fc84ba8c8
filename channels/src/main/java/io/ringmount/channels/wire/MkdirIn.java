package io.ringmount.channels.wire;

/**
 * {@code struct fuse_mkdir_in}; the name follows it.
 *
 * <pre>
 *   0  u32 mode         4  u32 umask
 * </pre>
 */
public final class MkdirIn extends Flyweight {
  public static final int SIZE = 8;

  /** Offset of the caller's umask, a u32. */
  public static final int UMASK = 4;

  private static final int MODE = 0;

  /** Permission bits, less the umask unless {@link InitFlags#DONT_MASK} is set. */
  public int mode() {
    return u32(MODE);
  }

  public int umask() {
    return u32(UMASK);
  }
}
