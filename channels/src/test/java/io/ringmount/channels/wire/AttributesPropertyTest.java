package io.ringmount.channels.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Whatever is written into attributes is what is read from them, wherever they are embedded. */
class AttributesPropertyTest {
  @Property
  void everyFieldKeepsItsValueBesideTheOthers(
      @ForAll @Size(6) long[] longs, @ForAll @Size(10) int[] ints) {
    try (Arena arena = Arena.ofConfined()) {
      Attributes attributes = new Attributes();
      attributes.wrap(arena.allocate(88, 8).address());
      attributes
          .inode(longs[0])
          .size(longs[1])
          .blocks(longs[2])
          .accessTime(longs[3], ints[0])
          .modificationTime(longs[4], ints[1])
          .changeTime(longs[5], ints[2])
          .mode(ints[3])
          .links(ints[4])
          .uid(ints[5])
          .gid(ints[6])
          .device(ints[7])
          .blockSize(ints[8])
          .flags(ints[9]);
      assertEquals(longs[0], attributes.inode());
      assertEquals(longs[1], attributes.size());
      assertEquals(longs[2], attributes.blocks());
      assertEquals(longs[3], attributes.accessTimeSeconds());
      assertEquals(longs[4], attributes.modificationTimeSeconds());
      assertEquals(longs[5], attributes.changeTimeSeconds());
      assertEquals(ints[0], attributes.accessTimeNanos());
      assertEquals(ints[1], attributes.modificationTimeNanos());
      assertEquals(ints[2], attributes.changeTimeNanos());
      assertEquals(ints[3], attributes.mode());
      assertEquals(ints[4], attributes.links());
      assertEquals(ints[5], attributes.uid());
      assertEquals(ints[6], attributes.gid());
      assertEquals(ints[7], attributes.device());
      assertEquals(ints[8], attributes.blockSize());
      assertEquals(ints[9], attributes.flags());
    }
  }

  @Property
  void embeddedAttributesMoveWithTheEntry(
      @ForAll @IntRange(max = 64) int position, @ForAll long inode) {
    try (Arena arena = Arena.ofConfined()) {
      var memory = arena.allocate(64 + 128, 8);
      Entry entry = new Entry();
      entry.wrap(memory.address() + 64);
      Attributes attributes = entry.attributes();
      entry.wrap(memory.address() + position);
      attributes.inode(inode);
      assertEquals(inode, memory.get(ValueLayout.JAVA_LONG_UNALIGNED, position + 40));
    }
  }

  @Property
  void timeoutIsTheSumOfItsParts(@ForAll @LongRange(max = Long.MAX_VALUE) long nanos) {
    try (Arena arena = Arena.ofConfined()) {
      var memory = arena.allocate(128, 8);
      Entry entry = new Entry();
      entry.wrap(memory.address());
      entry.entryTimeout(nanos).attributesTimeout(nanos);
      assertEquals(nanos, time(memory.get(ValueLayout.JAVA_LONG, 16), entryPart(memory, 32)));
      assertEquals(nanos, time(memory.get(ValueLayout.JAVA_LONG, 24), entryPart(memory, 36)));
    }
  }

  private static int entryPart(MemorySegment memory, int offset) {
    int nanos = memory.get(ValueLayout.JAVA_INT, offset);
    assertEquals(nanos, Math.floorMod(nanos, 1_000_000_000));
    return nanos;
  }

  private static long time(long seconds, int nanos) {
    return seconds * 1_000_000_000 + nanos;
  }

  @Property
  void deviceKeepsMajorAndMinor(
      @ForAll @IntRange(max = 0xfff) int major, @ForAll @IntRange(max = 0xfffff) int minor) {
    int device = Attributes.encodeDevice(major, minor);
    // The kernel's new_decode_dev.
    assertEquals(major, (device & 0xfff00) >>> 8);
    assertEquals(minor, (device & 0xff) | (device >>> 12 & 0xfff00));
  }
}
