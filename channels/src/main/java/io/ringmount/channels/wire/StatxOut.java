package io.ringmount.channels.wire;

/**
 * {@code struct fuse_statx_out}, the reply to STATX.
 *
 * <pre>
 *   0  u64 attr_valid       8  u32 attr_valid_nsec    12  u32 flags    16  u64 spare[2]
 *  32  struct fuse_statx
 * </pre>
 *
 * <p>{@code struct fuse_statx} is {@code struct statx} of statx(2), field by field: that call may
 * fill it, and {@link io.ringmount.channels.linux.Statx} reads it.
 */
public final class StatxOut extends Flyweight {
  public static final int SIZE = 288;

  private static final int SECONDS = 0;
  private static final int NANOS = 8;
  private static final int STATX = 32;
  private static final int MASK = STATX;
  private static final int LINKS = STATX + 16;
  private static final int MODE = STATX + 28;
  private static final int INODE = STATX + 32;

  /** Sets every field to zero. */
  public StatxOut clear() {
    zero(SIZE);
    return this;
  }

  /** How long the kernel may trust the attributes, not negative. */
  public StatxOut timeout(long nanos) {
    duration(SECONDS, NANOS, nanos);
    return this;
  }

  /** Address of the {@code struct statx}, 256 bytes. */
  public long statx() {
    return address() + STATX;
  }

  /** Sets in it which fields count, {@code STATX_*} bits. */
  public StatxOut mask(int bits) {
    u32(MASK, bits);
    return this;
  }

  /** Sets type and permissions in it. */
  public StatxOut mode(int mode) {
    u16(MODE, mode);
    return this;
  }

  /** Sets the number of names in it. */
  public StatxOut links(int count) {
    u32(LINKS, count);
    return this;
  }

  /** Sets the inode number in it. */
  public StatxOut inode(long number) {
    u64(INODE, number);
    return this;
  }
}
