package io.ringmount.channels.wire;

/**
 * {@code struct fuse_forget_in}. FORGET has no reply.
 *
 * <pre>
 *   0  u64 nlookup
 * </pre>
 */
public final class ForgetIn extends Flyweight {
  public static final int SIZE = 8;

  private static final int LOOKUPS = 0;

  /** How much to take off the lookup count of the node in the header. */
  public long lookups() {
    return u64(LOOKUPS);
  }
}
