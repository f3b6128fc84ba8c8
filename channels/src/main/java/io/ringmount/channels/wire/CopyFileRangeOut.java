package io.ringmount.channels.wire;

/**
 * {@code struct fuse_copy_file_range_out}, the reply to COPY_FILE_RANGE_64. That to COPY_FILE_RANGE
 * is {@link WriteOut}.
 *
 * <pre>
 *   0  u64 bytes_copied
 * </pre>
 */
public final class CopyFileRangeOut extends Flyweight {
  public static final int SIZE = 8;

  private static final int COPIED = 0;

  public CopyFileRangeOut copied(long bytes) {
    u64(COPIED, bytes);
    return this;
  }
}
