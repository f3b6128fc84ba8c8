package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a file says of a copy is believed as it was written, or not at all. */
class MapFileTest {
  private static final int BLOCK = 1 << 20;
  private static final int BLOCKS = 11;
  private static final FileKey KEY = new FileKey(3, 0xabcdef);
  private static final FileVersion VERSION =
      new FileVersion((BLOCKS - 1L) * BLOCK + 1, 1000, 1, 2000, 2);
  private static final long COMPLETED = 5000;

  private static ByteBuffer written(int sealed) {
    BlockMap blocks = new BlockMap(VERSION.size(), BLOCK);
    for (int block = 0; block < sealed; block++) {
      blocks.seal(block, 100 + block);
    }
    ByteBuffer map = ByteBuffer.allocateDirect(MapFile.length(BLOCKS));
    MapFile.write(map, KEY, VERSION, blocks, BLOCK, COMPLETED);
    return map;
  }

  private static long read(ByteBuffer map, FileKey key, FileVersion version) {
    return MapFile.read(map, key, version, new BlockMap(version.size(), BLOCK), BLOCK);
  }

  @Test
  void isReadAsItWasWritten() {
    BlockMap blocks = new BlockMap(VERSION.size(), BLOCK);
    assertEquals(COMPLETED, MapFile.read(written(BLOCKS), KEY, VERSION, blocks, BLOCK));
    assertEquals(0, blocks.missing());
    assertEquals(100 + BLOCKS - 1, blocks.sum(BLOCKS - 1));
  }

  @Test
  void isNotCompleteWithoutEveryBlock() {
    BlockMap blocks = new BlockMap(VERSION.size(), BLOCK);
    assertEquals(0, MapFile.read(written(BLOCKS - 2), KEY, VERSION, blocks, BLOCK));
    assertTrue(blocks.isSealed(BLOCKS - 3));
    assertFalse(blocks.isSealed(BLOCKS - 2));
  }

  @Test
  void isOfOneVersionOfOneFile() {
    ByteBuffer map = written(BLOCKS);
    assertEquals(-1, read(map, new FileKey(3, 0xabcdee), VERSION));
    assertEquals(-1, read(map, new FileKey(0, 0xabcdef), VERSION));
    assertEquals(-1, read(map, KEY, new FileVersion(VERSION.size() - 1, 1000, 1, 2000, 2)));
    assertEquals(-1, read(map, KEY, new FileVersion(VERSION.size(), 1000, 0, 2000, 2)));
    assertEquals(-1, read(map, KEY, new FileVersion(VERSION.size(), 1000, 1, 2001, 2)));
  }

  @Test
  void aChangedByteIsNoticed() {
    for (int at = 0; at < MapFile.length(BLOCKS); at++) {
      ByteBuffer map = written(BLOCKS);
      map.put(at, (byte) (map.get(at) ^ 4));
      assertEquals(-1, read(map, KEY, VERSION), "byte " + at);
    }
    assertEquals(-1, read(written(BLOCKS).limit(20), KEY, VERSION));
  }
}
