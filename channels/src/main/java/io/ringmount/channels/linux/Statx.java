package io.ringmount.channels.linux;

/**
 * Reads {@code struct statx} ({@code include/uapi/linux/stat.h}) at an address that stays the
 * caller's. All methods are for hot paths; times are seconds since 1970 and nanoseconds
 * 0..999999999.
 */
public final class Statx {
  /** Size of the structure in bytes. */
  public static final int SIZE = 256;

  private static final int MASK = 0x00;
  private static final int BLOCK_SIZE = 0x04;
  private static final int ATTRIBUTES = 0x08;
  private static final int LINKS = 0x10;
  private static final int UID = 0x14;
  private static final int GID = 0x18;
  private static final int MODE = 0x1c;
  private static final int INODE = 0x20;
  private static final int FILE_SIZE = 0x28;
  private static final int BLOCKS = 0x30;
  private static final int ACCESS_TIME = 0x40;
  private static final int BIRTH_TIME = 0x50;
  private static final int CHANGE_TIME = 0x60;
  private static final int MODIFICATION_TIME = 0x70;
  private static final int RDEV_MAJOR = 0x80;
  private static final int RDEV_MINOR = 0x84;
  private static final int DEV_MAJOR = 0x88;
  private static final int DEV_MINOR = 0x8c;

  /** Offset of the nanoseconds within {@code struct statx_timestamp}. */
  private static final int NANOS = 8;

  private Statx() {}

  /** {@code STATX_*} bits of the fields that the file system filled. */
  public static int mask(long address) {
    return Memory.getInt(address + MASK);
  }

  /** Preferred input/output size in bytes. */
  public static int blockSize(long address) {
    return Memory.getInt(address + BLOCK_SIZE);
  }

  /** {@code STATX_ATTR_*} bits. */
  public static long attributes(long address) {
    return Memory.getLong(address + ATTRIBUTES);
  }

  /** Number of hard links, unsigned. */
  public static int links(long address) {
    return Memory.getInt(address + LINKS);
  }

  /** Owner, unsigned. */
  public static int uid(long address) {
    return Memory.getInt(address + UID);
  }

  /** Group, unsigned. */
  public static int gid(long address) {
    return Memory.getInt(address + GID);
  }

  /** File type and permissions, 16 bits. */
  public static int mode(long address) {
    return Short.toUnsignedInt(Memory.getShort(address + MODE));
  }

  /** Inode number, unsigned. */
  public static long inode(long address) {
    return Memory.getLong(address + INODE);
  }

  /** Size in bytes. */
  public static long size(long address) {
    return Memory.getLong(address + FILE_SIZE);
  }

  /** Space used, in units of 512 bytes. */
  public static long blocks(long address) {
    return Memory.getLong(address + BLOCKS);
  }

  public static long atimeSeconds(long address) {
    return Memory.getLong(address + ACCESS_TIME);
  }

  public static int atimeNanos(long address) {
    return Memory.getInt(address + ACCESS_TIME + NANOS);
  }

  /** Time of creation; valid where {@link #mask} has {@code STATX_BTIME}. */
  public static long btimeSeconds(long address) {
    return Memory.getLong(address + BIRTH_TIME);
  }

  public static int btimeNanos(long address) {
    return Memory.getInt(address + BIRTH_TIME + NANOS);
  }

  public static long ctimeSeconds(long address) {
    return Memory.getLong(address + CHANGE_TIME);
  }

  public static int ctimeNanos(long address) {
    return Memory.getInt(address + CHANGE_TIME + NANOS);
  }

  public static long mtimeSeconds(long address) {
    return Memory.getLong(address + MODIFICATION_TIME);
  }

  public static int mtimeNanos(long address) {
    return Memory.getInt(address + MODIFICATION_TIME + NANOS);
  }

  /** Major number of the device that a device file stands for. */
  public static int rdevMajor(long address) {
    return Memory.getInt(address + RDEV_MAJOR);
  }

  /** Minor number of the device that a device file stands for. */
  public static int rdevMinor(long address) {
    return Memory.getInt(address + RDEV_MINOR);
  }

  /** Major number of the device that holds the file. */
  public static int deviceMajor(long address) {
    return Memory.getInt(address + DEV_MAJOR);
  }

  /** Minor number of the device that holds the file; for FUSE, the connection's number. */
  public static int deviceMinor(long address) {
    return Memory.getInt(address + DEV_MINOR);
  }

  /**
   * Both numbers of the device that holds the file as one key: major above, minor below 32 bits.
   */
  public static long device(long address) {
    return (long) deviceMajor(address) << 32 | Integer.toUnsignedLong(deviceMinor(address));
  }
}
