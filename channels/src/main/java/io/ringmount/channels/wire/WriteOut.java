package io.ringmount.channels.wire;

/**
 * {@code struct fuse_write_out}.
 *
 * <pre>
 *   0  u32 size         4  u32 padding
 * </pre>
 */
public final class WriteOut extends Flyweight {
  public static final int SIZE = 8;

  private static final int WRITTEN = 0;
  private static final int PADDING = 4;

  /** Bytes written, at most those of the request. */
  public WriteOut size(int bytes) {
    u32(WRITTEN, bytes);
    u32(PADDING, 0);
    return this;
  }
}
