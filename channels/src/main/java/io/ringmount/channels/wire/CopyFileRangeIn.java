package io.ringmount.channels.wire;

/**
 * {@code struct fuse_copy_file_range_in}; the node of the request is what is copied from.
 *
 * <pre>
 *   0  u64 fh_in        8  u64 off_in      16  u64 nodeid_out  24  u64 fh_out
 *  32  u64 off_out     40  u64 len         48  u64 flags
 * </pre>
 */
public final class CopyFileRangeIn extends Flyweight {
  public static final int SIZE = 56;

  private static final int HANDLE = 0;
  private static final int OFFSET = 8;
  private static final int TO_NODE = 16;
  private static final int TO_HANDLE = 24;
  private static final int TO_OFFSET = 32;
  private static final int LENGTH = 40;
  private static final int FLAGS = 48;

  public long handle() {
    return u64(HANDLE);
  }

  public long offset() {
    return u64(OFFSET);
  }

  public long toNode() {
    return u64(TO_NODE);
  }

  public long toHandle() {
    return u64(TO_HANDLE);
  }

  public long toOffset() {
    return u64(TO_OFFSET);
  }

  /** The most bytes to copy. */
  public long length() {
    return u64(LENGTH);
  }

  /** None are defined. */
  public long flags() {
    return u64(FLAGS);
  }
}
