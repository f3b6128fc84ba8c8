package io.ringmount.channels.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** A directory reply, written entry behind entry, is found by the kernel's way of walking it. */
class DirentPropertyTest {
  private static final byte BEFORE = 0x5A;

  @Example
  void sizeIsThatOfTheKernelsAlignment() {
    assertEquals(32, Dirent.sizeOf(1));
    assertEquals(32, Dirent.sizeOf(8));
    assertEquals(40, Dirent.sizeOf(9));
    assertEquals(280, Dirent.sizeOf(255));
    assertEquals(160, DirentPlus.sizeOf(8));
    assertEquals(168, DirentPlus.sizeOf(9));
  }

  @Property
  void sizeIsTheLeastMultipleOfEightThatHoldsTheName(@ForAll @IntRange(max = 4096) int length) {
    int size = Dirent.sizeOf(length);
    assertEquals(0, size % 8);
    assertTrue(size >= 24 + length && size < 24 + length + 8);
    assertEquals(128 + size, DirentPlus.sizeOf(length));
  }

  @Property
  void entriesAreFoundOneBehindTheOther(
      @ForAll @Size(min = 1, max = 20) List<@Size(min = 1, max = 255) byte[]> names) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = filled(arena, names.size() * 280 + 8);
      Dirent dirent = new Dirent();
      long end = 0;
      for (int i = 0; i < names.size(); i++) {
        byte[] name = names.get(i);
        dirent.wrap(memory.address() + end);
        dirent.inode(1000 + i).offset(i + 1).type(8).name(copied(arena, name), name.length);
        end += Dirent.sizeOf(name.length);
      }
      long at = 0;
      for (int i = 0; i < names.size(); i++) {
        assertEquals(1000 + i, memory.get(ValueLayout.JAVA_LONG, at));
        assertEquals(i + 1, memory.get(ValueLayout.JAVA_LONG, at + 8));
        assertEquals(8, memory.get(ValueLayout.JAVA_INT, at + 20));
        at = assertName(names.get(i), memory, at);
      }
      assertEquals(end, at);
      assertEquals(BEFORE, memory.get(ValueLayout.JAVA_BYTE, end));
    }
  }

  @Property
  void entriesWithAttributesAreFoundOneBehindTheOther(
      @ForAll @Size(min = 1, max = 20) List<@Size(min = 1, max = 255) byte[]> names) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = filled(arena, names.size() * 408 + 8);
      DirentPlus plus = new DirentPlus();
      long end = 0;
      for (int i = 0; i < names.size(); i++) {
        byte[] name = names.get(i);
        plus.wrap(memory.address() + end);
        plus.entry().clear().node(7 + i).attributes().inode(1000 + i).flags(i);
        plus.dirent().inode(1000 + i).offset(i + 1).type(4).name(copied(arena, name), name.length);
        end += DirentPlus.sizeOf(name.length);
      }
      long at = 0;
      for (int i = 0; i < names.size(); i++) {
        assertEquals(7 + i, memory.get(ValueLayout.JAVA_LONG, at));
        assertEquals(0, memory.get(ValueLayout.JAVA_LONG, at + 8));
        assertEquals(1000 + i, memory.get(ValueLayout.JAVA_LONG, at + 40));
        assertEquals(i, memory.get(ValueLayout.JAVA_INT, at + 124));
        assertEquals(1000 + i, memory.get(ValueLayout.JAVA_LONG, at + 128));
        assertEquals(i + 1, memory.get(ValueLayout.JAVA_LONG, at + 136));
        assertEquals(4, memory.get(ValueLayout.JAVA_INT, at + 148));
        at = assertName(names.get(i), memory, at + 128);
      }
      assertEquals(end, at);
      assertEquals(BEFORE, memory.get(ValueLayout.JAVA_BYTE, end));
    }
  }

  /** Asserts name and padding of the {@code fuse_dirent} at {@code at}; returns where it ends. */
  private static long assertName(byte[] name, MemorySegment memory, long at) {
    int length = memory.get(ValueLayout.JAVA_INT, at + 16);
    assertEquals(name.length, length);
    assertArrayEquals(name, memory.asSlice(at + 24, length).toArray(ValueLayout.JAVA_BYTE));
    long end = at + (24 + length + 7) / 8 * 8L;
    for (long i = at + 24 + length; i < end; i++) {
      assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, i));
    }
    return end;
  }

  private static MemorySegment filled(Arena arena, long bytes) {
    return arena.allocate(bytes, 8).fill(BEFORE);
  }

  private static long copied(Arena arena, byte[] bytes) {
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes).address();
  }
}
