package io.ringmount.channels.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What goes to the kernel is written where the kernel looks, and nowhere else. Offsets and sizes
 * are literals, taken from the layout of FUSE 7.45 and not from the classes under test.
 */
class ReplyStructsTest {
  private static final int ROOM = 512;
  private static final byte BEFORE = 0x5A;

  /** Begins and ends with a set bit, and differs from {@link #BEFORE} in every byte. */
  private static final long VALUE = 0xF1E2_D3C4_B6A7_9889L;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory = arena.allocate(ROOM, Long.BYTES);

  @BeforeEach
  void fill() {
    memory.fill(BEFORE);
  }

  @AfterEach
  void free() {
    arena.close();
  }

  static Stream<Arguments> sizes() {
    return Stream.of(
        arguments("fuse_out_header", 16, OutHeader.SIZE),
        arguments("fuse_init_out", 64, InitOut.SIZE),
        arguments("fuse_attr", 88, Attributes.SIZE),
        arguments("fuse_entry_out", 128, Entry.SIZE),
        arguments("fuse_attr_out", 104, AttributesOut.SIZE),
        arguments("fuse_open_out", 16, OpenOut.SIZE),
        arguments("fuse_write_out", 8, WriteOut.SIZE),
        arguments("fuse_kstatfs", 80, StatfsOut.SIZE),
        arguments("fuse_getxattr_out", 8, GetxattrOut.SIZE),
        arguments("fuse_statx_out", 288, StatxOut.SIZE),
        arguments("fuse_lseek_out", 8, LseekOut.SIZE),
        arguments("fuse_copy_file_range_out", 8, CopyFileRangeOut.SIZE),
        arguments("fuse_dirent", 24, Dirent.SIZE),
        arguments("fuse_direntplus", 152, DirentPlus.SIZE));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sizes")
  void sizeIsTheKernels(String struct, int kernel, int size) {
    assertEquals(kernel, size);
  }

  static Stream<Arguments> fields() {
    return Stream.of(
        field("fuse_out_header.len", 0, 4, new OutHeader(), (s, v) -> s.length((int) v)),
        field("fuse_out_header.error", 4, 4, new OutHeader(), (s, v) -> s.error((int) v)),
        field("fuse_out_header.unique", 8, 8, new OutHeader(), (s, v) -> s.unique(v)),
        field("fuse_init_out.major", 0, 4, new InitOut(), (s, v) -> s.major((int) v)),
        field("fuse_init_out.minor", 4, 4, new InitOut(), (s, v) -> s.minor((int) v)),
        field(
            "fuse_init_out.max_readahead", 8, 4, new InitOut(), (s, v) -> s.maxReadahead((int) v)),
        field(
            "fuse_init_out.max_background",
            16,
            2,
            new InitOut(),
            (s, v) -> s.maxBackground((int) v)),
        field(
            "fuse_init_out.congestion_threshold",
            18,
            2,
            new InitOut(),
            (s, v) -> s.congestionThreshold((int) v)),
        field("fuse_init_out.max_write", 20, 4, new InitOut(), (s, v) -> s.maxWrite((int) v)),
        field(
            "fuse_init_out.time_gran", 24, 4, new InitOut(), (s, v) -> s.timeGranularity((int) v)),
        field("fuse_init_out.max_pages", 28, 2, new InitOut(), (s, v) -> s.maxPages((int) v)),
        field(
            "fuse_init_out.max_stack_depth",
            36,
            4,
            new InitOut(),
            (s, v) -> s.maxStackDepth((int) v)),
        field("fuse_attr.ino", 0, 8, new Attributes(), (s, v) -> s.inode(v)),
        field("fuse_attr.size", 8, 8, new Attributes(), (s, v) -> s.size(v)),
        field("fuse_attr.blocks", 16, 8, new Attributes(), (s, v) -> s.blocks(v)),
        field("fuse_attr.mode", 60, 4, new Attributes(), (s, v) -> s.mode((int) v)),
        field("fuse_attr.nlink", 64, 4, new Attributes(), (s, v) -> s.links((int) v)),
        field("fuse_attr.uid", 68, 4, new Attributes(), (s, v) -> s.uid((int) v)),
        field("fuse_attr.gid", 72, 4, new Attributes(), (s, v) -> s.gid((int) v)),
        field("fuse_attr.rdev", 76, 4, new Attributes(), (s, v) -> s.device((int) v)),
        field("fuse_attr.blksize", 80, 4, new Attributes(), (s, v) -> s.blockSize((int) v)),
        field("fuse_attr.flags", 84, 4, new Attributes(), (s, v) -> s.flags((int) v)),
        field("fuse_entry_out.nodeid", 0, 8, new Entry(), (s, v) -> s.node(v)),
        field("fuse_entry_out.generation", 8, 8, new Entry(), (s, v) -> s.generation(v)),
        field("fuse_entry_out.ino", 40, 8, new Entry(), (s, v) -> s.attributes().inode(v)),
        field("fuse_entry_out.flags", 124, 4, new Entry(), (s, v) -> s.attributes().flags((int) v)),
        field("fuse_attr_out.ino", 16, 8, new AttributesOut(), (s, v) -> s.attributes().inode(v)),
        field(
            "fuse_attr_out.flags",
            100,
            4,
            new AttributesOut(),
            (s, v) -> s.attributes().flags((int) v)),
        field("fuse_open_out.fh", 0, 8, new OpenOut(), (s, v) -> s.handle(v)),
        field("fuse_open_out.open_flags", 8, 4, new OpenOut(), (s, v) -> s.openFlags((int) v)),
        field("fuse_open_out.backing_id", 12, 4, new OpenOut(), (s, v) -> s.backingId((int) v)),
        field("fuse_getxattr_out.size", 0, 4, new GetxattrOut(), (s, v) -> s.size((int) v)),
        field("fuse_statx_out.stat.mask", 32, 4, new StatxOut(), (s, v) -> s.mask((int) v)),
        field("fuse_statx_out.stat.nlink", 48, 4, new StatxOut(), (s, v) -> s.links((int) v)),
        field("fuse_statx_out.stat.mode", 60, 2, new StatxOut(), (s, v) -> s.mode((int) v)),
        field("fuse_statx_out.stat.ino", 64, 8, new StatxOut(), (s, v) -> s.inode(v)),
        field("fuse_lseek_out.offset", 0, 8, new LseekOut(), (s, v) -> s.offset(v)),
        field(
            "fuse_copy_file_range_out.bytes_copied",
            0,
            8,
            new CopyFileRangeOut(),
            (s, v) -> s.copied(v)),
        field("fuse_kstatfs.blocks", 0, 8, new StatfsOut(), (s, v) -> s.blocks(v)),
        field("fuse_kstatfs.bfree", 8, 8, new StatfsOut(), (s, v) -> s.freeBlocks(v)),
        field("fuse_kstatfs.bavail", 16, 8, new StatfsOut(), (s, v) -> s.availableBlocks(v)),
        field("fuse_kstatfs.files", 24, 8, new StatfsOut(), (s, v) -> s.files(v)),
        field("fuse_kstatfs.ffree", 32, 8, new StatfsOut(), (s, v) -> s.freeFiles(v)),
        field("fuse_kstatfs.bsize", 40, 4, new StatfsOut(), (s, v) -> s.blockSize((int) v)),
        field("fuse_kstatfs.namelen", 44, 4, new StatfsOut(), (s, v) -> s.nameLength((int) v)),
        field("fuse_kstatfs.frsize", 48, 4, new StatfsOut(), (s, v) -> s.fragmentSize((int) v)),
        field("fuse_dirent.ino", 0, 8, new Dirent(), (s, v) -> s.inode(v)),
        field("fuse_dirent.off", 8, 8, new Dirent(), (s, v) -> s.offset(v)),
        field("fuse_dirent.type", 20, 4, new Dirent(), (s, v) -> s.type((int) v)),
        field("fuse_direntplus.nodeid", 0, 8, new DirentPlus(), (s, v) -> s.entry().node(v)),
        field(
            "fuse_direntplus.ino",
            40,
            8,
            new DirentPlus(),
            (s, v) -> s.entry().attributes().inode(v)),
        field("fuse_direntplus.d_ino", 128, 8, new DirentPlus(), (s, v) -> s.dirent().inode(v)),
        field("fuse_direntplus.off", 136, 8, new DirentPlus(), (s, v) -> s.dirent().offset(v)),
        field("fuse_direntplus.type", 148, 4, new DirentPlus(), (s, v) -> s.dirent().type((int) v)),
        field(
            "fuse_uring_req_header.commit_id",
            264,
            8,
            new UringRequestHeader(),
            (s, v) -> s.commitId(v)),
        field(
            "fuse_uring_req_header.payload_sz",
            272,
            4,
            new UringRequestHeader(),
            (s, v) -> s.payloadSize((int) v)));
  }

  private static <T extends Flyweight> Arguments field(
      String name, int offset, int bytes, T view, ObjLongConsumer<T> setter) {
    return arguments(name, offset, bytes, view, setter);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fields")
  <T extends Flyweight> void fieldIsWrittenAtItsOffsetAndNowhereElse(
      String name, int offset, int bytes, T view, ObjLongConsumer<T> setter) {
    view.wrap(memory.address());
    setter.accept(view, VALUE);
    for (int i = 0; i < bytes; i++) {
      memory.set(
          ValueLayout.JAVA_BYTE, offset + i, check(name, offset + i, (byte) (VALUE >>> 8 * i)));
    }
    assertUntouched(name, 0, ROOM);
  }

  /** Asserts one byte, and returns what it was before, to leave only strays behind. */
  private byte check(String name, int offset, byte expected) {
    assertEquals(expected, memory.get(ValueLayout.JAVA_BYTE, offset), name + " byte " + offset);
    return BEFORE;
  }

  private void assertUntouched(String name, int from, int to) {
    for (int i = from; i < to; i++) {
      assertEquals(BEFORE, memory.get(ValueLayout.JAVA_BYTE, i), name + " touches byte " + i);
    }
  }

  static Stream<Arguments> durations() {
    return Stream.of(
        duration("entry_valid", 16, 32, new Entry(), Entry::entryTimeout),
        duration("attr_valid", 24, 36, new Entry(), Entry::attributesTimeout),
        duration("attr_valid", 0, 8, new AttributesOut(), AttributesOut::timeout));
  }

  private static <T extends Flyweight> Arguments duration(
      String name, int seconds, int nanos, T view, ObjLongConsumer<T> setter) {
    return arguments(view.getClass().getSimpleName() + "." + name, seconds, nanos, view, setter);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("durations")
  <T extends Flyweight> void timeoutIsSplitInSecondsAndNanoseconds(
      String name, int seconds, int nanos, T view, ObjLongConsumer<T> setter) {
    view.wrap(memory.address());
    setter.accept(view, 3_999_999_999L);
    assertEquals(3, memory.get(ValueLayout.JAVA_LONG, seconds));
    assertEquals(999_999_999, memory.get(ValueLayout.JAVA_INT, nanos));
    setter.accept(view, Long.MAX_VALUE);
    assertEquals(9_223_372_036L, memory.get(ValueLayout.JAVA_LONG, seconds));
    assertEquals(854_775_807, memory.get(ValueLayout.JAVA_INT, nanos));
    memory.asSlice(seconds, 8).fill(BEFORE);
    memory.asSlice(nanos, 4).fill(BEFORE);
    assertUntouched(name, 0, ROOM);
  }

  static Stream<Arguments> times() {
    return Stream.of(
        time(24, 48, Attributes::accessTime, a -> a.accessTimeSeconds(), a -> a.accessTimeNanos()),
        time(
            32,
            52,
            Attributes::modificationTime,
            a -> a.modificationTimeSeconds(),
            a -> a.modificationTimeNanos()),
        time(40, 56, Attributes::changeTime, a -> a.changeTimeSeconds(), a -> a.changeTimeNanos()));
  }

  private static Arguments time(
      int secondsOffset,
      int nanosOffset,
      TimeSetter setter,
      ToLongFunction<Attributes> seconds,
      ToLongFunction<Attributes> nanos) {
    return arguments(secondsOffset, nanosOffset, setter, seconds, nanos);
  }

  /** One of the setters of {@link Attributes} that take a point in time. */
  interface TimeSetter {
    Attributes set(Attributes attributes, long seconds, int nanos);
  }

  @ParameterizedTest(name = "at {0} and {1}")
  @MethodSource("times")
  void timeIsWrittenInTwoPartsAndReadBack(
      int secondsOffset,
      int nanosOffset,
      TimeSetter setter,
      ToLongFunction<Attributes> seconds,
      ToLongFunction<Attributes> nanos) {
    Attributes attributes = new Attributes();
    attributes.wrap(memory.address());
    setter.set(attributes, -7, 999_999_999);
    assertEquals(-7, memory.get(ValueLayout.JAVA_LONG, secondsOffset));
    assertEquals(999_999_999, memory.get(ValueLayout.JAVA_INT, nanosOffset));
    assertEquals(-7, seconds.applyAsLong(attributes));
    assertEquals(999_999_999, nanos.applyAsLong(attributes));
    memory.asSlice(secondsOffset, 8).fill(BEFORE);
    memory.asSlice(nanosOffset, 4).fill(BEFORE);
    assertUntouched("time", 0, ROOM);
  }

  static Stream<Arguments> clears() {
    return Stream.of(
        clear(64, new InitOut(), InitOut::clear),
        clear(88, new Attributes(), Attributes::clear),
        clear(128, new Entry(), Entry::clear),
        clear(104, new AttributesOut(), AttributesOut::clear),
        clear(16, new OpenOut(), OpenOut::clear),
        clear(80, new StatfsOut(), StatfsOut::clear));
  }

  private static <T extends Flyweight> Arguments clear(int size, T view, Consumer<T> action) {
    return arguments(view.getClass().getSimpleName(), size, view, action);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("clears")
  <T extends Flyweight> void clearZeroesTheStructAndNoMore(
      String name, int size, T view, Consumer<T> action) {
    view.wrap(memory.address());
    action.accept(view);
    for (int i = 0; i < size; i++) {
      assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, i), name + " byte " + i);
    }
    assertUntouched(name, size, ROOM);
  }

  @Test
  void initFlagsAreSplitInBothHalves() {
    InitOut out = new InitOut();
    out.wrap(memory.address());
    out.flags(InitFlags.INIT_EXT | InitFlags.MAX_PAGES | InitFlags.OVER_IO_URING);
    assertEquals(1 << 30 | 1 << 22, memory.get(ValueLayout.JAVA_INT, 12));
    assertEquals(0x200, memory.get(ValueLayout.JAVA_INT, 32));
    memory.asSlice(12, 4).fill(BEFORE);
    memory.asSlice(32, 4).fill(BEFORE);
    assertUntouched("flags", 0, ROOM);
  }

  @Test
  void writtenSizeComesWithZeroPadding() {
    WriteOut out = new WriteOut();
    out.wrap(memory.address());
    out.size(0x8000_0001);
    assertEquals(0x8000_0001, memory.get(ValueLayout.JAVA_INT, 0));
    assertEquals(0, memory.get(ValueLayout.JAVA_INT, 4));
    assertUntouched("size", 8, ROOM);
  }

  @Test
  void deviceNumbersAreEncodedAsByTheKernel() {
    assertEquals(0x0103, Attributes.encodeDevice(1, 3));
    assertEquals(0x0008_0001, Attributes.encodeDevice(0x800, 1));
    assertEquals(0x1230_1034, Attributes.encodeDevice(0x10, 0x12334));
    assertEquals(-1, Attributes.encodeDevice(0xfff, 0xfffff));
  }
}
