package io.ringmount.channels.wire;

/**
 * {@code struct fuse_entry_out}: a name was found or made. A reply that carries it with a node
 * other than 0 adds one to the node's lookup count.
 *
 * <pre>
 *   0  u64 nodeid             8  u64 generation        16  u64 entry_valid
 *  24  u64 attr_valid        32  u32 entry_valid_nsec  36  u32 attr_valid_nsec
 *  40  struct fuse_attr
 * </pre>
 */
public final class Entry extends Flyweight {
  public static final int SIZE = 128;

  private static final int NODE = 0;
  private static final int GENERATION = 8;
  private static final int ENTRY_SECONDS = 16;
  private static final int ATTRIBUTES_SECONDS = 24;
  private static final int ENTRY_NANOS = 32;
  private static final int ATTRIBUTES_NANOS = 36;
  private static final int ATTRIBUTES = 40;

  private final Attributes attributes = new Attributes();

  @Override
  public void wrap(long address) {
    super.wrap(address);
    attributes.wrap(address + ATTRIBUTES);
  }

  /** Sets every field, also the attributes, to zero. */
  public Entry clear() {
    zero(SIZE);
    return this;
  }

  /** The node; 0 says that the name does not exist, to be remembered for the entry timeout. */
  public long node() {
    return u64(NODE);
  }

  public Entry node(long node) {
    u64(NODE, node);
    return this;
  }

  /** Tells apart the files that bear one node number one after the other. */
  public Entry generation(long generation) {
    u64(GENERATION, generation);
    return this;
  }

  /** How long the kernel may trust the name, not negative. */
  public Entry entryTimeout(long nanos) {
    duration(ENTRY_SECONDS, ENTRY_NANOS, nanos);
    return this;
  }

  /** How long the kernel may trust the attributes, not negative. */
  public Entry attributesTimeout(long nanos) {
    duration(ATTRIBUTES_SECONDS, ATTRIBUTES_NANOS, nanos);
    return this;
  }

  /** The attributes inside this struct: always the same view, moved along by {@link #wrap}. */
  public Attributes attributes() {
    return attributes;
  }
}
