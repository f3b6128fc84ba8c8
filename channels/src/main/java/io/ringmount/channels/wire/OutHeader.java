package io.ringmount.channels.wire;

/**
 * {@code struct fuse_out_header}, with which every reply begins.
 *
 * <pre>
 *   0  u32 len          4  s32 error        8  u64 unique
 * </pre>
 */
public final class OutHeader extends Flyweight {
  public static final int SIZE = 16;

  private static final int LENGTH = 0;
  private static final int ERROR = 4;
  private static final int UNIQUE = 8;

  /** Bytes of the whole reply, this header included. */
  public OutHeader length(int bytes) {
    u32(LENGTH, bytes);
    return this;
  }

  /** 0, or a negative errno above -512; a reply with an error carries nothing else. */
  public OutHeader error(int error) {
    u32(ERROR, error);
    return this;
  }

  /** The {@link InHeader#unique} of the request. */
  public OutHeader unique(long unique) {
    u64(UNIQUE, unique);
    return this;
  }
}
