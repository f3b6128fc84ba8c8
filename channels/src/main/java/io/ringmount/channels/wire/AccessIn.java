package io.ringmount.channels.wire;

/**
 * {@code struct fuse_access_in}.
 *
 * <pre>
 *   0  u32 mask         4  u32 padding
 * </pre>
 */
public final class AccessIn extends Flyweight {
  public static final int SIZE = 8;

  private static final int MASK = 0;

  /** Bits of access(2): 4 to read, 2 to write, 1 to execute. */
  public int mask() {
    return u32(MASK);
  }
}
