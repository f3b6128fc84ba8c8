package io.ringmount.daemon.cache;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The bytes of the file that says what a copy is of and what of it is there:
 *
 * <pre>
 *  0   u64 magic
 *  8   u32 layout
 *  12  u32 CRC32C of all that follows
 *  16  u32 bytes of a block
 *  20  u32 number of blocks
 *  24  u64 device of the {@link FileKey}
 *  32  u64 inode of it
 *  40  u64 size of the {@link FileVersion}
 *  48  s64 modified, seconds
 *  56  s64 changed, seconds
 *  64  u32 modified, nanoseconds
 *  68  u32 changed, nanoseconds
 *  72  s64 when the copy was completed, seconds since 1970; 0: it is not
 *  80  u32 CRC32C for each block
 *      u8  bits for eight blocks each, lowest first: whether it is there
 * </pre>
 *
 * Little-endian. What is read from a file is believed only if all of it fits what is expected.
 */
final class MapFile {
  private static final long MAGIC = 0x50414d474e495252L; // "RRINGMAP"
  private static final int LAYOUT = 1;
  private static final int CRC = 12;
  private static final int CHECKED_FROM = 16;
  private static final int HEAD = 80;

  private MapFile() {}

  /** Longest file that there can be. */
  static int longest() {
    return length(BlockMap.MOST_BLOCKS);
  }

  /** How long the file is for a number of blocks. */
  static int length(int blocks) {
    return HEAD + blocks * Integer.BYTES + Math.ceilDiv(blocks, Byte.SIZE);
  }

  /** Fills a buffer of the right {@link #length}; the owner of the blocks must not change them. */
  static void write(
      ByteBuffer to,
      FileKey key,
      FileVersion version,
      BlockMap blocks,
      int blockBytes,
      long completed) {
    to.clear().order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(MAGIC).putInt(LAYOUT).putInt(0);
    putHead(to, key, version, blocks.blocks(), blockBytes);
    to.putLong(completed);
    for (int block = 0; block < blocks.blocks(); block++) {
      to.putInt(blocks.sum(block));
    }
    for (int first = 0; first < blocks.blocks(); first += Byte.SIZE) {
      int bits = 0;
      for (int block = first; block < Math.min(first + Byte.SIZE, blocks.blocks()); block++) {
        bits |= blocks.isSealed(block) ? 1 << (block - first) : 0;
      }
      to.put((byte) bits);
    }
    to.flip();
    to.putInt(CRC, crc(to));
  }

  private static void putHead(
      ByteBuffer to, FileKey key, FileVersion version, int blocks, int blockBytes) {
    to.putInt(blockBytes).putInt(blocks);
    to.putLong(key.device()).putLong(key.inode()).putLong(version.size());
    to.putLong(version.mtimeSeconds()).putLong(version.ctimeSeconds());
    to.putInt(version.mtimeNanos()).putInt(version.ctimeNanos());
  }

  /**
   * Reads what {@link #write} wrote for this key and version.
   *
   * @param blocks where it goes; unchanged unless the result says otherwise
   * @return when the copy was completed, 0 if it is not complete; -1: this is no such file
   */
  static long read(
      ByteBuffer from, FileKey key, FileVersion version, BlockMap blocks, int blockBytes) {
    from.order(ByteOrder.LITTLE_ENDIAN);
    int count = blocks.blocks();
    ByteBuffer head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN);
    putHead(head, key, version, count, blockBytes);
    head.flip();
    if (from.remaining() != length(count)
        || from.getLong(0) != MAGIC
        || from.getInt(Long.BYTES) != LAYOUT
        || from.getInt(CRC) != crc(from)
        || !from.slice(CHECKED_FROM, head.limit()).equals(head)) {
      return -1;
    }
    int bits = HEAD + count * Integer.BYTES;
    for (int block = 0; block < count; block++) {
      if ((from.get(bits + block / Byte.SIZE) & 1 << block % Byte.SIZE) != 0) {
        blocks.seal(block, from.getInt(HEAD + block * Integer.BYTES));
      }
    }
    long completed = from.getLong(HEAD - Long.BYTES);
    return blocks.missing() == 0 ? completed : 0;
  }

  /** The version that a file says it is of, for {@link #read}; null when it is too short. */
  static FileVersion version(ByteBuffer from) {
    if (from.remaining() < HEAD) {
      return null;
    }
    from.order(ByteOrder.LITTLE_ENDIAN);
    int at = CHECKED_FROM + 2 * Integer.BYTES + 2 * Long.BYTES;
    long size = from.getLong(at);
    long mtime = from.getLong(at + Long.BYTES);
    long ctime = from.getLong(at + 2 * Long.BYTES);
    int nanos = at + 3 * Long.BYTES;
    return new FileVersion(
        size, mtime, from.getInt(nanos), ctime, from.getInt(nanos + Integer.BYTES));
  }

  private static int crc(ByteBuffer map) {
    CRC32C crc = new CRC32C();
    crc.update(map.slice(CHECKED_FROM, map.limit() - CHECKED_FROM));
    return (int) crc.getValue();
  }
}
