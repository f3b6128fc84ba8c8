package io.ringmount.channels.linux;

/**
 * Reads {@code struct statfs} of x86-64 ({@code include/uapi/asm-generic/statfs.h}) at an address
 * that stays the caller's. All methods are for hot paths.
 */
public final class StatFs {
  /** Size of the structure in bytes. */
  public static final int SIZE = 120;

  private static final int TYPE = 0;
  private static final int BLOCK_SIZE = 8;
  private static final int BLOCKS = 16;
  private static final int BLOCKS_FREE = 24;
  private static final int BLOCKS_AVAILABLE = 32;
  private static final int FILES = 40;
  private static final int FILES_FREE = 48;
  private static final int NAME_LENGTH = 64;
  private static final int FRAGMENT_SIZE = 72;

  private StatFs() {}

  /** Magic number of the file system type ({@code include/uapi/linux/magic.h}). */
  public static long type(long address) {
    return Memory.getLong(address + TYPE);
  }

  /** Preferred input/output size in bytes. */
  public static long blockSize(long address) {
    return Memory.getLong(address + BLOCK_SIZE);
  }

  /** Size of the file system, in fragments. */
  public static long blocks(long address) {
    return Memory.getLong(address + BLOCKS);
  }

  /** Free space, in fragments. */
  public static long blocksFree(long address) {
    return Memory.getLong(address + BLOCKS_FREE);
  }

  /** Free space for unprivileged users, in fragments. */
  public static long blocksAvailable(long address) {
    return Memory.getLong(address + BLOCKS_AVAILABLE);
  }

  /** Number of inodes; 0 where the file system has no such limit. */
  public static long files(long address) {
    return Memory.getLong(address + FILES);
  }

  /** Number of free inodes. */
  public static long filesFree(long address) {
    return Memory.getLong(address + FILES_FREE);
  }

  /** Longest name in bytes. */
  public static long nameLength(long address) {
    return Memory.getLong(address + NAME_LENGTH);
  }

  /** Size of a fragment in bytes, the unit of the block counts. */
  public static long fragmentSize(long address) {
    return Memory.getLong(address + FRAGMENT_SIZE);
  }
}
