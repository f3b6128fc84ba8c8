package io.ringmount.channels.wire;

/**
 * {@code struct fuse_kstatfs}, the reply to STATFS.
 *
 * <pre>
 *   0  u64 blocks       8  u64 bfree       16  u64 bavail      24  u64 files
 *  32  u64 ffree       40  u32 bsize       44  u32 namelen     48  u32 frsize
 *  52  u32 padding     56  u32 spare[6]
 * </pre>
 */
public final class StatfsOut extends Flyweight {
  public static final int SIZE = 80;

  private static final int BLOCKS = 0;
  private static final int FREE_BLOCKS = 8;
  private static final int AVAILABLE_BLOCKS = 16;
  private static final int FILES = 24;
  private static final int FREE_FILES = 32;
  private static final int BLOCK_SIZE = 40;
  private static final int NAME_LENGTH = 44;
  private static final int FRAGMENT_SIZE = 48;

  /** Sets every byte to zero. */
  public StatfsOut clear() {
    zero(SIZE);
    return this;
  }

  /** Size of the file system, in units of {@link #fragmentSize}. */
  public StatfsOut blocks(long blocks) {
    u64(BLOCKS, blocks);
    return this;
  }

  public StatfsOut freeBlocks(long blocks) {
    u64(FREE_BLOCKS, blocks);
    return this;
  }

  /** Free blocks that unprivileged users may take. */
  public StatfsOut availableBlocks(long blocks) {
    u64(AVAILABLE_BLOCKS, blocks);
    return this;
  }

  public StatfsOut files(long files) {
    u64(FILES, files);
    return this;
  }

  public StatfsOut freeFiles(long files) {
    u64(FREE_FILES, files);
    return this;
  }

  /** The preferred size of an I/O operation. */
  public StatfsOut blockSize(int bytes) {
    u32(BLOCK_SIZE, bytes);
    return this;
  }

  /** The most bytes of a name. */
  public StatfsOut nameLength(int bytes) {
    u32(NAME_LENGTH, bytes);
    return this;
  }

  /** The unit of the block counts. */
  public StatfsOut fragmentSize(int bytes) {
    u32(FRAGMENT_SIZE, bytes);
    return this;
  }
}
