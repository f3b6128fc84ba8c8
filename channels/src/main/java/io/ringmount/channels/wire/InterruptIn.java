package io.ringmount.channels.wire;

/**
 * {@code struct fuse_interrupt_in}. INTERRUPT needs no reply.
 *
 * <pre>
 *   0  u64 unique
 * </pre>
 */
public final class InterruptIn extends Flyweight {
  public static final int SIZE = 8;

  private static final int UNIQUE = 0;

  /** The {@link InHeader#unique} of the request whose caller no longer waits. */
  public long unique() {
    return u64(UNIQUE);
  }
}
