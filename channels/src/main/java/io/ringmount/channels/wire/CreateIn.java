package io.ringmount.channels.wire;

/**
 * {@code struct fuse_create_in}, of CREATE and TMPFILE; the name follows it.
 *
 * <pre>
 *   0  u32 flags        4  u32 mode         8  u32 umask       12  u32 open_flags
 * </pre>
 */
public final class CreateIn extends Flyweight {
  public static final int SIZE = 16;

  /** Offset of the caller's umask, a u32. */
  public static final int UMASK = 8;

  private static final int FLAGS = 0;
  private static final int MODE = 4;
  private static final int OPEN_FLAGS = 12;

  /** The {@code O_*} bits of open(2). */
  public int flags() {
    return u32(FLAGS);
  }

  /** File type and permission bits, less the umask unless {@link InitFlags#DONT_MASK} is set. */
  public int mode() {
    return u32(MODE);
  }

  public int umask() {
    return u32(UMASK);
  }

  /** {@link OpenFlags#OPEN_KILL_SUIDGID} or 0. */
  public int openFlags() {
    return u32(OPEN_FLAGS);
  }
}
