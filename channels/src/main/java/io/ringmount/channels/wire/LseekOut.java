package io.ringmount.channels.wire;

/**
 * {@code struct fuse_lseek_out}.
 *
 * <pre>
 *   0  u64 offset
 * </pre>
 */
public final class LseekOut extends Flyweight {
  public static final int SIZE = 8;

  private static final int OFFSET = 0;

  /** Where the data or the hole begins. */
  public LseekOut offset(long bytes) {
    u64(OFFSET, bytes);
    return this;
  }
}
