package io.ringmount.channels.wire;

/**
 * {@code struct fuse_direntplus}, one entry of a READDIRPLUS reply; the next begins at a multiple
 * of 8. An entry with a node other than 0 adds one to the node's lookup count.
 *
 * <pre>
 *   0  struct fuse_entry_out
 * 128  struct fuse_dirent, name and padding included
 * </pre>
 */
public final class DirentPlus extends Flyweight {
  /** Bytes before the name. */
  public static final int SIZE = 152;

  private static final int ENTRY = 0;
  private static final int DIRENT = 128;

  private final Entry entry = new Entry();
  private final Dirent dirent = new Dirent();

  /** Bytes of an entry with a name of {@code nameLength} bytes, padding included. */
  public static int sizeOf(int nameLength) {
    return DIRENT + Dirent.sizeOf(nameLength);
  }

  @Override
  public void wrap(long address) {
    super.wrap(address);
    entry.wrap(address + ENTRY);
    dirent.wrap(address + DIRENT);
  }

  /**
   * The first part: always the same view, moved along by {@link #wrap}. Node 0 says, unlike in a
   * LOOKUP, that nothing is known but name and type.
   */
  public Entry entry() {
    return entry;
  }

  /** The second part: always the same view, moved along by {@link #wrap}. */
  public Dirent dirent() {
    return dirent;
  }
}
