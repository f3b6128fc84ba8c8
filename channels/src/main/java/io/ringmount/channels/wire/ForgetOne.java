package io.ringmount.channels.wire;

/**
 * {@code struct fuse_forget_one}, one node of a {@link BatchForgetIn}.
 *
 * <pre>
 *   0  u64 nodeid       8  u64 nlookup
 * </pre>
 */
public final class ForgetOne extends Flyweight {
  public static final int SIZE = 16;

  private static final int NODE = 0;
  private static final int LOOKUPS = 8;

  public long node() {
    return u64(NODE);
  }

  /** How much to take off the lookup count of the node. */
  public long lookups() {
    return u64(LOOKUPS);
  }
}
