package io.ringmount.daemon.cache;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What of a file is in its copy: whole blocks with their checksums, and the pages of blocks of
 * which a part has come. Not thread-safe, except {@link #has}: {@link CachedFile} guards it.
 */
final class BlockMap {
  /** What comes and goes within a block, in bytes; pages of the kernel's page cache. */
  static final int PAGE = 4096;

  /** With blocks of 1 MiB a file of 16 TiB. */
  static final int MOST_BLOCKS = 1 << 24;

  private final long size;
  private final int blockBytes;
  private final int[] sums;

  /** One bit a block; written under the owner's monitor, read by anybody. */
  private final AtomicLongArray sealed;

  private final Map<Integer, BitSet> pages = new HashMap<>();
  private int missing;

  /**
   * @param size of the file in bytes, above 0
   * @param blockBytes a multiple of {@link #PAGE}
   */
  BlockMap(long size, int blockBytes) {
    this.size = size;
    this.blockBytes = blockBytes;
    this.missing = blocks(size, blockBytes);
    this.sums = new int[missing];
    this.sealed = new AtomicLongArray(Math.ceilDiv(missing, Long.SIZE));
  }

  /** How many blocks a file has, unless it {@link #isTooLarge}. */
  static int blocks(long size, int blockBytes) {
    return Math.toIntExact(Math.ceilDiv(size, blockBytes));
  }

  /** Whether a file has more blocks than are worth the memory to know them. */
  static boolean isTooLarge(long size, int blockBytes) {
    return size / blockBytes >= MOST_BLOCKS;
  }

  int blocks() {
    return sums.length;
  }

  /** Where a block begins in the file. */
  long start(int block) {
    return (long) block * blockBytes;
  }

  /** Bytes of a block: the last one may be shorter. */
  int length(int block) {
    return (int) Math.min(blockBytes, size - start(block));
  }

  /** Whether all bytes of a range that the file has are in sealed blocks. Any thread. */
  boolean has(long offset, long length) {
    long end = Math.min(offset + length, size);
    if (offset >= end) {
      return true;
    }
    int last = (int) ((end - 1) / blockBytes);
    for (int block = (int) (offset / blockBytes); block <= last; block++) {
      if (!isSealed(block)) {
        return false;
      }
    }
    return true;
  }

  boolean isSealed(int block) {
    return (sealed.get(block / Long.SIZE) & 1L << block) != 0;
  }

  /** A part of the file. */
  record Range(long offset, int length) {}

  /** The first part of a block that has not come; null when all of it has. */
  Range missing(int block) {
    if (isSealed(block)) {
      return null;
    }
    int count = pageCount(block);
    BitSet there = pages.get(block);
    int from = there == null ? 0 : there.nextClearBit(0);
    if (from >= count) {
      return null;
    }
    int to = there == null ? -1 : there.nextSetBit(from);
    int end = to < 0 ? length(block) : to * PAGE;
    return new Range(start(block) + (long) from * PAGE, end - from * PAGE);
  }

  private int pageCount(int block) {
    return Math.ceilDiv(length(block), PAGE);
  }

  /** Whether any page that lies wholly in the range, or ends the file there, has not come. */
  boolean wants(long offset, int length) {
    long page = Math.ceilDiv(offset, PAGE);
    long end = endPage(offset + length);
    while (page < end) {
      int block = block(page);
      if (!isSealed(block) && !isThere(block, page)) {
        return true;
      }
      page = isSealed(block) ? firstPage(block + 1) : page + 1;
    }
    return false;
  }

  private boolean isThere(int block, long page) {
    BitSet there = pages.get(block);
    return there != null && there.get((int) (page - firstPage(block)));
  }

  private long firstPage(int block) {
    return start(block) / PAGE;
  }

  private int block(long page) {
    return (int) (page * PAGE / blockBytes);
  }

  /** The page before which all bytes up to {@code end} lie. */
  private long endPage(long end) {
    return end >= size ? Math.ceilDiv(size, PAGE) : end / PAGE;
  }

  /**
   * Notes that a range has come.
   *
   * @return the blocks that have all their pages now and are to be sealed
   */
  BitSet add(long offset, int length) {
    BitSet whole = new BitSet();
    long end = endPage(offset + length);
    for (long page = Math.ceilDiv(offset, PAGE); page < end; page++) {
      int block = block(page);
      if (isSealed(block)) {
        continue;
      }
      BitSet there = pages.computeIfAbsent(block, _ -> new BitSet());
      int index = (int) (page - firstPage(block));
      if (!there.get(index)) {
        there.set(index);
        if (there.cardinality() == pageCount(block)) {
          whole.set(block);
        }
      }
    }
    return whole;
  }

  /** A block is there, and this is the checksum of it. */
  void seal(int block, int sum) {
    if (!isSealed(block)) {
      sums[block] = sum;
      sealed.set(block / Long.SIZE, sealed.get(block / Long.SIZE) | 1L << block);
      pages.remove(block);
      missing--;
    }
  }

  /** What there is of a block is not the block. */
  void unseal(int block) {
    if (isSealed(block)) {
      sealed.set(block / Long.SIZE, sealed.get(block / Long.SIZE) & ~(1L << block));
      missing++;
    }
  }

  int sum(int block) {
    return sums[block];
  }

  /** How many blocks are not sealed. */
  int missing() {
    return missing;
  }

  /** The first block from {@code from} on of which a part has not come; -1 when there is none. */
  int nextMissing(int from) {
    for (int block = from; block < blocks(); block++) {
      if (missing(block) != null) {
        return block;
      }
    }
    return -1;
  }

  /** The last block of which a part has not come; -1 when there is none. */
  int lastMissing() {
    for (int block = blocks() - 1; block >= 0; block--) {
      if (missing(block) != null) {
        return block;
      }
    }
    return -1;
  }
}
