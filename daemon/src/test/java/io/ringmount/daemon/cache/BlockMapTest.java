package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What has come of a file, against a plain set of its bytes. */
class BlockMapTest {
  private static final int BLOCK = 4 * BlockMap.PAGE;

  @Test
  void aBlockIsThereWhenAllItsPagesAreAndItIsSealed() {
    BlockMap blocks = new BlockMap(2 * BLOCK + 100, BLOCK);
    assertEquals(3, blocks.missing());
    assertEquals(new BlockMap.Range(0, BLOCK), blocks.missing(0));

    assertTrue(blocks.add(BlockMap.PAGE, BlockMap.PAGE).isEmpty());
    assertEquals(new BlockMap.Range(0, BlockMap.PAGE), blocks.missing(0));
    assertTrue(blocks.add(0, BlockMap.PAGE).isEmpty());
    assertEquals(new BlockMap.Range(2 * BlockMap.PAGE, BLOCK / 2), blocks.missing(0));

    assertEquals(BitSet.valueOf(new long[] {1}), blocks.add(BLOCK / 2, BLOCK / 2));
    assertNull(blocks.missing(0));
    assertFalse(blocks.has(0, 1));
    blocks.seal(0, 7);
    assertTrue(blocks.has(0, BLOCK));
    assertFalse(blocks.has(0, BLOCK + 1));
    assertEquals(7, blocks.sum(0));
    assertEquals(2, blocks.missing());
  }

  @Test
  void theLastPageIsThereWhenTheFileEndsInIt() {
    BlockMap blocks = new BlockMap(BLOCK + 100, BLOCK);
    assertEquals(100, blocks.length(1));
    assertTrue(blocks.add(BLOCK, 99).isEmpty());
    assertEquals(BitSet.valueOf(new long[] {2}), blocks.add(BLOCK, 100));
    blocks.seal(1, 0);
    assertTrue(blocks.has(BLOCK, 1 << 20));
    assertTrue(blocks.has(BLOCK + 100, 10));
  }

  @Test
  void partsOfPagesDoNotCount() {
    BlockMap blocks = new BlockMap(BLOCK, BLOCK);
    blocks.add(1, BlockMap.PAGE);
    assertEquals(new BlockMap.Range(0, BLOCK), blocks.missing(0));
    assertFalse(blocks.wants(1, BlockMap.PAGE));
    assertTrue(blocks.wants(1, 2 * BlockMap.PAGE));
  }

  @Test
  void knowsAtAnyTimeWhichPagesHaveCome() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long size = 10L * BLOCK + random.nextInt(BLOCK) + 1;
    int pages = Math.toIntExact(Math.ceilDiv(size, BlockMap.PAGE));
    BlockMap blocks = new BlockMap(size, BLOCK);
    BitSet there = new BitSet();
    while (blocks.missing() > 0) {
      long offset = random.nextLong(size);
      int length = (int) Math.min(size - offset, 1 + random.nextInt(2 * BLOCK));
      int first = (int) Math.ceilDiv(offset, BlockMap.PAGE);
      int end = offset + length == size ? pages : (int) ((offset + length) / BlockMap.PAGE);
      boolean wanted = first < end && there.nextClearBit(first) < end;
      assertEquals(wanted, blocks.wants(offset, length), () -> "seed " + seed);
      if (first < end) {
        there.set(first, end);
      }
      blocks.add(offset, length).stream().forEach(block -> blocks.seal(block, block));
      for (int block = 0; block < blocks.blocks(); block++) {
        int from = block * BLOCK / BlockMap.PAGE;
        int to = Math.min(pages, from + BLOCK / BlockMap.PAGE);
        boolean whole = there.nextClearBit(from) >= to;
        assertEquals(whole, blocks.isSealed(block), () -> "seed " + seed);
        BlockMap.Range missing = blocks.missing(block);
        assertEquals(
            whole ? -1 : (long) there.nextClearBit(from) * BlockMap.PAGE,
            missing == null ? -1 : missing.offset(),
            () -> "seed " + seed);
      }
    }
    assertEquals(-1, blocks.nextMissing(0));
    assertEquals(-1, blocks.lastMissing());
    assertTrue(blocks.has(0, size));
  }
}
