package io.ringmount.channels.wire;

/**
 * {@code struct fuse_init_in}, the first request of a connection.
 *
 * <pre>
 *   0  u32 major        4  u32 minor        8  u32 max_readahead
 *  12  u32 flags       16  u32 flags2      20  u32 unused[11]
 * </pre>
 */
public final class InitIn extends Flyweight {
  public static final int SIZE = 64;

  private static final int MAJOR = 0;
  private static final int MINOR = 4;
  private static final int MAX_READAHEAD = 8;
  private static final int FLAGS = 12;
  private static final int FLAGS2 = 16;

  public int major() {
    return u32(MAJOR);
  }

  public int minor() {
    return u32(MINOR);
  }

  /** The most bytes the kernel would read ahead. */
  public int maxReadahead() {
    return u32(MAX_READAHEAD);
  }

  /**
   * What the kernel can do, as bits of {@link InitFlags}. The upper half counts only beside {@link
   * InitFlags#INIT_EXT} and is 0 without it.
   */
  public long flags() {
    long low = Integer.toUnsignedLong(u32(FLAGS));
    return (low & InitFlags.INIT_EXT) == 0 ? low : low | (long) u32(FLAGS2) << 32;
  }
}
