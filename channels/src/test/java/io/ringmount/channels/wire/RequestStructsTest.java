package io.ringmount.channels.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What comes from the kernel is read where the kernel puts it. Offsets and sizes are literals,
 * taken from the layout of FUSE 7.45 and not from the classes under test.
 */
class RequestStructsTest {
  private static final int ROOM = 512;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory = arena.allocate(ROOM, Long.BYTES);

  @AfterEach
  void free() {
    arena.close();
  }

  static Stream<Arguments> sizes() {
    return Stream.of(
        arguments("fuse_in_header", 40, InHeader.SIZE),
        arguments("fuse_init_in", 64, InitIn.SIZE),
        arguments("fuse_getattr_in", 16, GetattrIn.SIZE),
        arguments("fuse_setattr_in", 88, SetattrIn.SIZE),
        arguments("fuse_mknod_in", 16, MknodIn.SIZE),
        arguments("fuse_mkdir_in", 8, MkdirIn.SIZE),
        arguments("fuse_rename_in", 8, RenameIn.SIZE),
        arguments("fuse_rename2_in", 16, Rename2In.SIZE),
        arguments("fuse_link_in", 8, LinkIn.SIZE),
        arguments("fuse_open_in", 8, OpenIn.SIZE),
        arguments("fuse_create_in", 16, CreateIn.SIZE),
        arguments("fuse_read_in", 40, ReadIn.SIZE),
        arguments("fuse_write_in", 40, WriteIn.SIZE),
        arguments("fuse_flush_in", 24, FlushIn.SIZE),
        arguments("fuse_release_in", 24, ReleaseIn.SIZE),
        arguments("fuse_fsync_in", 16, FsyncIn.SIZE),
        arguments("fuse_setxattr_in", 8, SetxattrIn.SIZE),
        arguments("fuse_getxattr_in", 8, GetxattrIn.SIZE),
        arguments("fuse_lseek_in", 24, LseekIn.SIZE),
        arguments("fuse_fallocate_in", 32, FallocateIn.SIZE),
        arguments("fuse_copy_file_range_in", 56, CopyFileRangeIn.SIZE),
        arguments("fuse_statx_in", 24, StatxIn.SIZE),
        arguments("fuse_forget_in", 8, ForgetIn.SIZE),
        arguments("fuse_batch_forget_in", 8, BatchForgetIn.SIZE),
        arguments("fuse_forget_one", 16, ForgetOne.SIZE),
        arguments("fuse_interrupt_in", 8, InterruptIn.SIZE),
        arguments("fuse_uring_req_header", 288, UringRequestHeader.SIZE));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sizes")
  void sizeIsTheKernels(String struct, int kernel, int size) {
    assertEquals(kernel, size);
  }

  static Stream<Arguments> fields() {
    return Stream.of(
        field("fuse_in_header.len", 0, 4, new InHeader(), InHeader::length),
        field("fuse_in_header.opcode", 4, 4, new InHeader(), InHeader::opcode),
        field("fuse_in_header.unique", 8, 8, new InHeader(), InHeader::unique),
        field("fuse_in_header.nodeid", 16, 8, new InHeader(), InHeader::node),
        field("fuse_in_header.uid", 24, 4, new InHeader(), InHeader::uid),
        field("fuse_in_header.gid", 28, 4, new InHeader(), InHeader::gid),
        field("fuse_in_header.pid", 32, 4, new InHeader(), InHeader::pid),
        field("fuse_in_header.total_extlen", 36, 2, new InHeader(), InHeader::extensionLength),
        field("fuse_init_in.major", 0, 4, new InitIn(), InitIn::major),
        field("fuse_init_in.minor", 4, 4, new InitIn(), InitIn::minor),
        field("fuse_init_in.max_readahead", 8, 4, new InitIn(), InitIn::maxReadahead),
        field("fuse_getattr_in.fh", 8, 8, new GetattrIn(), GetattrIn::handle),
        field("fuse_setattr_in.valid", 0, 4, new SetattrIn(), SetattrIn::valid),
        field("fuse_setattr_in.fh", 8, 8, new SetattrIn(), SetattrIn::handle),
        field("fuse_setattr_in.size", 16, 8, new SetattrIn(), SetattrIn::size),
        field("fuse_setattr_in.lock_owner", 24, 8, new SetattrIn(), SetattrIn::lockOwner),
        field("fuse_setattr_in.atime", 32, 8, new SetattrIn(), SetattrIn::accessTimeSeconds),
        field("fuse_setattr_in.mtime", 40, 8, new SetattrIn(), SetattrIn::modificationTimeSeconds),
        field("fuse_setattr_in.ctime", 48, 8, new SetattrIn(), SetattrIn::changeTimeSeconds),
        field("fuse_setattr_in.atimensec", 56, 4, new SetattrIn(), SetattrIn::accessTimeNanos),
        field(
            "fuse_setattr_in.mtimensec", 60, 4, new SetattrIn(), SetattrIn::modificationTimeNanos),
        field("fuse_setattr_in.ctimensec", 64, 4, new SetattrIn(), SetattrIn::changeTimeNanos),
        field("fuse_setattr_in.mode", 68, 4, new SetattrIn(), SetattrIn::mode),
        field("fuse_setattr_in.uid", 76, 4, new SetattrIn(), SetattrIn::uid),
        field("fuse_setattr_in.gid", 80, 4, new SetattrIn(), SetattrIn::gid),
        field("fuse_mknod_in.mode", 0, 4, new MknodIn(), MknodIn::mode),
        field("fuse_mknod_in.rdev", 4, 4, new MknodIn(), MknodIn::device),
        field("fuse_mknod_in.umask", 8, 4, new MknodIn(), MknodIn::umask),
        field("fuse_mkdir_in.mode", 0, 4, new MkdirIn(), MkdirIn::mode),
        field("fuse_mkdir_in.umask", 4, 4, new MkdirIn(), MkdirIn::umask),
        field("fuse_rename_in.newdir", 0, 8, new RenameIn(), RenameIn::newParent),
        field("fuse_rename2_in.newdir", 0, 8, new Rename2In(), Rename2In::newParent),
        field("fuse_rename2_in.flags", 8, 4, new Rename2In(), Rename2In::flags),
        field("fuse_link_in.oldnodeid", 0, 8, new LinkIn(), LinkIn::node),
        field("fuse_open_in.flags", 0, 4, new OpenIn(), OpenIn::flags),
        field("fuse_open_in.open_flags", 4, 4, new OpenIn(), OpenIn::openFlags),
        field("fuse_create_in.flags", 0, 4, new CreateIn(), CreateIn::flags),
        field("fuse_create_in.mode", 4, 4, new CreateIn(), CreateIn::mode),
        field("fuse_create_in.umask", 8, 4, new CreateIn(), CreateIn::umask),
        field("fuse_create_in.open_flags", 12, 4, new CreateIn(), CreateIn::openFlags),
        field("fuse_read_in.fh", 0, 8, new ReadIn(), ReadIn::handle),
        field("fuse_read_in.offset", 8, 8, new ReadIn(), ReadIn::offset),
        field("fuse_read_in.size", 16, 4, new ReadIn(), ReadIn::size),
        field("fuse_read_in.flags", 32, 4, new ReadIn(), ReadIn::flags),
        field("fuse_write_in.fh", 0, 8, new WriteIn(), WriteIn::handle),
        field("fuse_write_in.offset", 8, 8, new WriteIn(), WriteIn::offset),
        field("fuse_write_in.size", 16, 4, new WriteIn(), WriteIn::size),
        field("fuse_write_in.write_flags", 20, 4, new WriteIn(), WriteIn::writeFlags),
        field("fuse_write_in.lock_owner", 24, 8, new WriteIn(), WriteIn::lockOwner),
        field("fuse_write_in.flags", 32, 4, new WriteIn(), WriteIn::flags),
        field("fuse_flush_in.fh", 0, 8, new FlushIn(), FlushIn::handle),
        field("fuse_flush_in.lock_owner", 16, 8, new FlushIn(), FlushIn::lockOwner),
        field("fuse_release_in.fh", 0, 8, new ReleaseIn(), ReleaseIn::handle),
        field("fuse_release_in.flags", 8, 4, new ReleaseIn(), ReleaseIn::flags),
        field("fuse_release_in.release_flags", 12, 4, new ReleaseIn(), ReleaseIn::releaseFlags),
        field("fuse_release_in.lock_owner", 16, 8, new ReleaseIn(), ReleaseIn::lockOwner),
        field("fuse_statx_in.fh", 8, 8, new StatxIn(), StatxIn::handle),
        field("fuse_statx_in.sx_mask", 20, 4, new StatxIn(), StatxIn::mask),
        field("fuse_setxattr_in.size", 0, 4, new SetxattrIn(), SetxattrIn::size),
        field("fuse_setxattr_in.flags", 4, 4, new SetxattrIn(), SetxattrIn::flags),
        field("fuse_getxattr_in.size", 0, 4, new GetxattrIn(), GetxattrIn::size),
        field("fuse_lseek_in.fh", 0, 8, new LseekIn(), LseekIn::handle),
        field("fuse_lseek_in.offset", 8, 8, new LseekIn(), LseekIn::offset),
        field("fuse_lseek_in.whence", 16, 4, new LseekIn(), LseekIn::whence),
        field("fuse_fallocate_in.fh", 0, 8, new FallocateIn(), FallocateIn::handle),
        field("fuse_fallocate_in.offset", 8, 8, new FallocateIn(), FallocateIn::offset),
        field("fuse_fallocate_in.length", 16, 8, new FallocateIn(), FallocateIn::length),
        field("fuse_fallocate_in.mode", 24, 4, new FallocateIn(), FallocateIn::mode),
        field(
            "fuse_copy_file_range_in.fh_in", 0, 8, new CopyFileRangeIn(), CopyFileRangeIn::handle),
        field(
            "fuse_copy_file_range_in.off_in", 8, 8, new CopyFileRangeIn(), CopyFileRangeIn::offset),
        field(
            "fuse_copy_file_range_in.nodeid_out",
            16,
            8,
            new CopyFileRangeIn(),
            CopyFileRangeIn::toNode),
        field(
            "fuse_copy_file_range_in.fh_out",
            24,
            8,
            new CopyFileRangeIn(),
            CopyFileRangeIn::toHandle),
        field(
            "fuse_copy_file_range_in.off_out",
            32,
            8,
            new CopyFileRangeIn(),
            CopyFileRangeIn::toOffset),
        field("fuse_copy_file_range_in.len", 40, 8, new CopyFileRangeIn(), CopyFileRangeIn::length),
        field(
            "fuse_copy_file_range_in.flags", 48, 8, new CopyFileRangeIn(), CopyFileRangeIn::flags),
        field("fuse_fsync_in.fh", 0, 8, new FsyncIn(), FsyncIn::handle),
        field("fuse_forget_in.nlookup", 0, 8, new ForgetIn(), ForgetIn::lookups),
        field("fuse_batch_forget_in.count", 0, 4, new BatchForgetIn(), BatchForgetIn::count),
        field("fuse_forget_one.nodeid", 0, 8, new ForgetOne(), ForgetOne::node),
        field("fuse_forget_one.nlookup", 8, 8, new ForgetOne(), ForgetOne::lookups),
        field("fuse_interrupt_in.unique", 0, 8, new InterruptIn(), InterruptIn::unique),
        field(
            "fuse_uring_req_header.commit_id",
            264,
            8,
            new UringRequestHeader(),
            UringRequestHeader::commitId),
        field(
            "fuse_uring_req_header.payload_sz",
            272,
            4,
            new UringRequestHeader(),
            UringRequestHeader::payloadSize));
  }

  private static <T extends Flyweight> Arguments field(
      String name, int offset, int bytes, T view, ToLongFunction<T> getter) {
    return arguments(name, offset, bytes, view, getter);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fields")
  <T extends Flyweight> void fieldIsReadAtItsOffset(
      String name, int offset, int bytes, T view, ToLongFunction<T> getter) {
    // No two neighbouring bytes are equal, so that a getter off by one byte reads another value.
    for (int i = 0; i < ROOM; i++) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 37 + 11));
    }
    long expected =
        switch (bytes) {
          case 2 -> Short.toUnsignedLong(memory.get(ValueLayout.JAVA_SHORT, offset));
          case 4 -> memory.get(ValueLayout.JAVA_INT, offset);
          default -> memory.get(ValueLayout.JAVA_LONG, offset);
        };
    view.wrap(memory.address());
    assertEquals(expected, getter.applyAsLong(view));
  }

  @Test
  void initFlagsJoinBothHalves() {
    memory.set(ValueLayout.JAVA_INT, 12, 0xC000_0001);
    memory.set(ValueLayout.JAVA_INT, 16, 0x8000_0200);
    InitIn in = new InitIn();
    in.wrap(memory.address());
    assertEquals(0x8000_0200_C000_0001L, in.flags());
    assertTrue((in.flags() & InitFlags.OVER_IO_URING) != 0);
  }

  @Test
  void initFlagsOfAnOldKernelHaveNoUpperHalf() {
    memory.set(ValueLayout.JAVA_INT, 12, 0x8000_0001);
    memory.set(ValueLayout.JAVA_INT, 16, -1);
    InitIn in = new InitIn();
    in.wrap(memory.address());
    assertEquals(0x8000_0001L, in.flags());
  }

  @Test
  void getattrTellsWhetherItHasAHandle() {
    GetattrIn in = new GetattrIn();
    in.wrap(memory.address());
    memory.set(ValueLayout.JAVA_INT, 0, ~1);
    assertFalse(in.hasHandle());
    memory.set(ValueLayout.JAVA_INT, 0, 1);
    assertTrue(in.hasHandle());
  }

  @Test
  void fsyncTellsWhetherDataSuffice() {
    FsyncIn in = new FsyncIn();
    in.wrap(memory.address());
    memory.set(ValueLayout.JAVA_INT, 8, ~1);
    assertFalse(in.dataOnly());
    memory.set(ValueLayout.JAVA_INT, 8, 1);
    assertTrue(in.dataOnly());
  }

  @Test
  void forgottenNodesFollowTheirCount() {
    memory.set(ValueLayout.JAVA_INT, 0, 2);
    memory.set(ValueLayout.JAVA_LONG, 8, 100);
    memory.set(ValueLayout.JAVA_LONG, 16, 1);
    memory.set(ValueLayout.JAVA_LONG, 24, 200);
    memory.set(ValueLayout.JAVA_LONG, 32, 2);
    BatchForgetIn in = new BatchForgetIn();
    ForgetOne one = new ForgetOne();
    in.wrap(memory.address());
    for (int i = 0; i < in.count(); i++) {
      one.wrap(memory.address() + 8 + 16L * i);
      assertEquals(100L * (i + 1), one.node());
      assertEquals(i + 1, one.lookups());
    }
  }

  @Test
  void uringHeaderHoldsTheRequestInTwoParts() {
    assertEquals(0, UringRequestHeader.IN_OUT);
    assertEquals(128, UringRequestHeader.OP_IN);
  }
}
