package io.ringmount.channels.wire;

/**
 * {@code struct fuse_batch_forget_in}; {@link #count} times {@link ForgetOne} follow it: right
 * behind it from a device, in the payload through a ring. BATCH_FORGET has no reply.
 *
 * <pre>
 *   0  u32 count        4  u32 dummy        8  struct fuse_forget_one[count]
 * </pre>
 */
public final class BatchForgetIn extends Flyweight {
  public static final int SIZE = 8;

  private static final int COUNT = 0;

  public int count() {
    return u32(COUNT);
  }
}
