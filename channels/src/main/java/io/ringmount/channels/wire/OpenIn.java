package io.ringmount.channels.wire;

/**
 * {@code struct fuse_open_in}, of OPEN and OPENDIR.
 *
 * <pre>
 *   0  u32 flags        4  u32 open_flags
 * </pre>
 */
public final class OpenIn extends Flyweight {
  public static final int SIZE = 8;

  private static final int FLAGS = 0;
  private static final int OPEN_FLAGS = 4;

  /** The {@code O_*} bits of open(2), without {@code O_CREAT}, {@code O_EXCL}, {@code O_NOCTTY}. */
  public int flags() {
    return u32(FLAGS);
  }

  /** {@link OpenFlags#OPEN_KILL_SUIDGID} or 0. */
  public int openFlags() {
    return u32(OPEN_FLAGS);
  }
}
