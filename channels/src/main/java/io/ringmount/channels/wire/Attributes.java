package io.ringmount.channels.wire;

/**
 * {@code struct fuse_attr}: what stat(2) tells about a file.
 *
 * <pre>
 *   0  u64 ino          8  u64 size        16  u64 blocks      24  u64 atime
 *  32  u64 mtime       40  u64 ctime       48  u32 atimensec   52  u32 mtimensec
 *  56  u32 ctimensec   60  u32 mode        64  u32 nlink       68  u32 uid
 *  72  u32 gid         76  u32 rdev        80  u32 blksize     84  u32 flags
 * </pre>
 */
public final class Attributes extends Flyweight {
  public static final int SIZE = 88;

  private static final int INODE = 0;
  private static final int FILE_SIZE = 8;
  private static final int BLOCKS = 16;
  private static final int ACCESS_SECONDS = 24;
  private static final int MODIFICATION_SECONDS = 32;
  private static final int CHANGE_SECONDS = 40;
  private static final int ACCESS_NANOS = 48;
  private static final int MODIFICATION_NANOS = 52;
  private static final int CHANGE_NANOS = 56;
  private static final int MODE = 60;
  private static final int LINKS = 64;
  private static final int UID = 68;
  private static final int GID = 72;
  private static final int DEVICE = 76;
  private static final int BLOCK_SIZE = 80;
  private static final int FLAGS = 84;

  /**
   * The kernel's {@code new_encode_dev}: bits 0 to 7 and 20 to 31 are the minor number, bits 8 to
   * 19 the major.
   */
  public static int encodeDevice(int major, int minor) {
    return (minor & 0xff) | major << 8 | (minor & ~0xff) << 12;
  }

  /** Sets every field to zero. */
  public Attributes clear() {
    zero(SIZE);
    return this;
  }

  public long inode() {
    return u64(INODE);
  }

  public Attributes inode(long inode) {
    u64(INODE, inode);
    return this;
  }

  public long size() {
    return u64(FILE_SIZE);
  }

  public Attributes size(long bytes) {
    u64(FILE_SIZE, bytes);
    return this;
  }

  /** Space in use, in units of 512 bytes whatever {@link #blockSize} is. */
  public long blocks() {
    return u64(BLOCKS);
  }

  public Attributes blocks(long blocks) {
    u64(BLOCKS, blocks);
    return this;
  }

  public long accessTimeSeconds() {
    return u64(ACCESS_SECONDS);
  }

  public int accessTimeNanos() {
    return u32(ACCESS_NANOS);
  }

  public Attributes accessTime(long seconds, int nanos) {
    u64(ACCESS_SECONDS, seconds);
    u32(ACCESS_NANOS, nanos);
    return this;
  }

  public long modificationTimeSeconds() {
    return u64(MODIFICATION_SECONDS);
  }

  public int modificationTimeNanos() {
    return u32(MODIFICATION_NANOS);
  }

  public Attributes modificationTime(long seconds, int nanos) {
    u64(MODIFICATION_SECONDS, seconds);
    u32(MODIFICATION_NANOS, nanos);
    return this;
  }

  public long changeTimeSeconds() {
    return u64(CHANGE_SECONDS);
  }

  public int changeTimeNanos() {
    return u32(CHANGE_NANOS);
  }

  public Attributes changeTime(long seconds, int nanos) {
    u64(CHANGE_SECONDS, seconds);
    u32(CHANGE_NANOS, nanos);
    return this;
  }

  /** File type and permission bits, as in {@code st_mode}. */
  public int mode() {
    return u32(MODE);
  }

  public Attributes mode(int mode) {
    u32(MODE, mode);
    return this;
  }

  public int links() {
    return u32(LINKS);
  }

  public Attributes links(int links) {
    u32(LINKS, links);
    return this;
  }

  public int uid() {
    return u32(UID);
  }

  public Attributes uid(int uid) {
    u32(UID, uid);
    return this;
  }

  public int gid() {
    return u32(GID);
  }

  public Attributes gid(int gid) {
    u32(GID, gid);
    return this;
  }

  /** The number of a device file, encoded as by {@link #encodeDevice}. */
  public int device() {
    return u32(DEVICE);
  }

  public Attributes device(int device) {
    u32(DEVICE, device);
    return this;
  }

  /** The preferred size of an I/O operation; 0 leaves it to the kernel. */
  public int blockSize() {
    return u32(BLOCK_SIZE);
  }

  public Attributes blockSize(int bytes) {
    u32(BLOCK_SIZE, bytes);
    return this;
  }

  /** {@code FUSE_ATTR_*} bits; 0 for an ordinary file. */
  public int flags() {
    return u32(FLAGS);
  }

  public Attributes flags(int flags) {
    u32(FLAGS, flags);
    return this;
  }
}
