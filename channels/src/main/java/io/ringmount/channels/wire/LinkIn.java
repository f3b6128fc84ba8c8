package io.ringmount.channels.wire;

/**
 * {@code struct fuse_link_in}; the new name follows it.
 *
 * <pre>
 *   0  u64 oldnodeid
 * </pre>
 */
public final class LinkIn extends Flyweight {
  public static final int SIZE = 8;

  private static final int NODE = 0;

  /** The node that gets one more name; the header names the directory. */
  public long node() {
    return u64(NODE);
  }
}
