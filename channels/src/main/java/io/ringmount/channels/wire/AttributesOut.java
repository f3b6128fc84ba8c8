package io.ringmount.channels.wire;

/**
 * {@code struct fuse_attr_out}, the reply to GETATTR and SETATTR.
 *
 * <pre>
 *   0  u64 attr_valid       8  u32 attr_valid_nsec    12  u32 dummy
 *  16  struct fuse_attr
 * </pre>
 */
public final class AttributesOut extends Flyweight {
  public static final int SIZE = 104;

  private static final int SECONDS = 0;
  private static final int NANOS = 8;
  private static final int ATTRIBUTES = 16;

  private final Attributes attributes = new Attributes();

  @Override
  public void wrap(long address) {
    super.wrap(address);
    attributes.wrap(address + ATTRIBUTES);
  }

  /** Sets every field, also the attributes, to zero. */
  public AttributesOut clear() {
    zero(SIZE);
    return this;
  }

  /** How long the kernel may trust the attributes, not negative. */
  public AttributesOut timeout(long nanos) {
    duration(SECONDS, NANOS, nanos);
    return this;
  }

  /** The attributes inside this struct: always the same view, moved along by {@link #wrap}. */
  public Attributes attributes() {
    return attributes;
  }
}
