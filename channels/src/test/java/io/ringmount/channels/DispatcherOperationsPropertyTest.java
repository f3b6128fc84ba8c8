package io.ringmount.channels;

import static io.ringmount.channels.CheckedFileSystem.line;
import static io.ringmount.channels.CheckedFileSystem.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.ringmount.channels.RecordingChannel.Answer;
import io.ringmount.channels.RecordingChannel.Form;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Every operation that is served: what its request holds arrives in the call it becomes. */
class DispatcherOperationsPropertyTest {
  private static final int FORGET = 2;

  @Property(tries = 250)
  void aWellFormedRequestReachesItsMethodWithItsArguments(
      @ForAll Form form,
      @ForAll long node,
      @ForAll long handle,
      @ForAll @LongRange long offset,
      @ForAll @IntRange(max = RecordingChannel.PAYLOAD) int size,
      @ForAll int flags,
      @ForAll int mode,
      @ForAll("names") byte[] name,
      @ForAll("names") byte[] other,
      @ForAll("targets") byte[] target)
      throws IOException {
    List<Case> cases = new ArrayList<>();
    String n = text(name);
    String o = text(other);
    boolean odd = (flags & 1) != 0;
    long place = offset & Long.MAX_VALUE;
    cases.add(new Case(WireRequest.of(1).name(name), 128, "lookup", node, n));
    cases.add(new Case(WireRequest.of(2, 8).u64(0, handle), 0, "forget", node, handle));
    cases.add(
        new Case(
            WireRequest.of(3, 16).u32(0, flags).u64(8, handle),
            104,
            "getattr",
            node,
            odd ? handle : -1));
    cases.add(setattr(node, handle, offset, flags, mode));
    cases.add(new Case(WireRequest.of(5), 4095, "readlink", node));
    cases.add(
        new Case(WireRequest.of(6).name(name).name(target), 128, "symlink", node, n, text(target)));
    cases.add(
        new Case(
            WireRequest.of(8, 16).u32(0, mode).u32(4, flags).name(name),
            128,
            "mknod",
            node,
            n,
            mode,
            flags));
    cases.add(new Case(WireRequest.of(9, 8).u32(0, mode).name(name), 128, "mkdir", node, n, mode));
    cases.add(new Case(WireRequest.of(10).name(name), 0, "unlink", node, n));
    cases.add(new Case(WireRequest.of(11).name(name), 0, "rmdir", node, n));
    cases.add(
        new Case(
            WireRequest.of(12, 8).u64(0, handle).name(name).name(other),
            0,
            "rename",
            node,
            n,
            handle,
            o,
            0));
    cases.add(
        new Case(WireRequest.of(13, 8).u64(0, handle).name(name), 128, "link", handle, node, n));
    cases.add(
        new Case(WireRequest.of(14, 8).u32(0, mode).u32(4, flags), 16, "open", node, mode, odd));
    cases.add(
        new Case(
            WireRequest.of(15, 40).u64(0, handle).u64(8, place).u32(16, size),
            size,
            "read",
            node,
            handle,
            place,
            size));
    cases.add(
        new Case(
            WireRequest.of(16, 40)
                .u64(0, handle)
                .u64(8, place)
                .u32(16, target.length)
                .u32(20, flags)
                .bytes(target),
            8,
            "write",
            node,
            handle,
            place,
            text(target),
            (flags & 4) != 0));
    cases.add(new Case(WireRequest.of(17), 80, "statfs", node));
    cases.add(new Case(WireRequest.of(18, 24).u64(0, handle), 0, "release", node, handle));
    cases.add(
        new Case(
            WireRequest.of(20, 16).u64(0, handle).u32(8, flags), 0, "fsync", node, handle, odd));
    cases.add(
        new Case(
            WireRequest.of(21, 8).u32(0, target.length).u32(4, flags).name(name).bytes(target),
            0,
            "setxattr",
            node,
            n,
            text(target),
            flags));
    int room = Math.min(size, RecordingChannel.PAYLOAD / 2);
    cases.add(
        new Case(
            WireRequest.of(22, 8).u32(0, size).name(name),
            size == 0 ? 8 : room,
            "getxattr",
            node,
            n,
            size));
    cases.add(
        new Case(
            WireRequest.of(23, 8).u32(0, size), size == 0 ? 8 : room, "listxattr", node, size));
    cases.add(new Case(WireRequest.of(24).name(name), 0, "removexattr", node, n));
    cases.add(new Case(WireRequest.of(25, 24).u64(0, handle), 0, "flush", node, handle));
    cases.add(new Case(WireRequest.of(27, 8).u32(0, flags), 16, "opendir", node, flags));
    cases.add(
        new Case(
            WireRequest.of(28, 40).u64(0, handle).u64(8, offset).u32(16, size),
            size / 40 * 40,
            "readdir",
            node,
            handle,
            offset));
    cases.add(new Case(WireRequest.of(29, 24).u64(0, handle), 0, "releasedir", node, handle));
    cases.add(
        new Case(
            WireRequest.of(30, 16).u64(0, handle).u32(8, flags), 0, "fsyncdir", node, handle, odd));
    cases.add(
        new Case(
            WireRequest.of(35, 16).u32(0, flags).u32(4, mode).u32(12, flags).name(name),
            144,
            "create",
            node,
            n,
            mode,
            flags,
            odd));
    long length = 1 + place / 2;
    cases.add(
        new Case(
            WireRequest.of(43, 32).u64(0, handle).u64(8, place / 2).u64(16, length).u32(24, mode),
            0,
            "fallocate",
            node,
            handle,
            place / 2,
            length,
            mode));
    cases.add(
        new Case(
            WireRequest.of(46, 24).u64(0, handle).u64(8, offset).u32(16, flags),
            8,
            "lseek",
            node,
            handle,
            offset,
            flags));
    for (int opcode : new int[] {47, 53}) {
      // The one counts in 32 bits, so whole pages below 4 GiB are the most.
      long most = opcode == 47 ? 0xfffff000L : Long.MAX_VALUE;
      cases.add(
          new Case(
              WireRequest.of(opcode, 56)
                  .u64(0, handle)
                  .u64(8, place)
                  .u64(16, ~node)
                  .u64(24, ~handle)
                  .u64(32, place / 2)
                  .u64(40, length),
              8,
              "copy",
              node,
              handle,
              place,
              ~node,
              ~handle,
              place / 2,
              Math.min(length, most)));
    }
    cases.add(
        new Case(
            WireRequest.of(51, 16).u32(0, flags).u32(4, mode).name(name),
            144,
            "tmpfile",
            node,
            mode,
            flags));
    cases.add(
        new Case(
            WireRequest.of(52, 24).u32(0, flags).u64(8, handle).u32(20, mode),
            288,
            "statx",
            node,
            odd ? handle : -1,
            mode));
    cases.add(
        new Case(
            WireRequest.of(44, 40).u64(0, handle).u64(8, offset).u32(16, size),
            size / 168 * 168,
            "readdirplus",
            node,
            handle,
            offset));
    cases.add(
        new Case(
            WireRequest.of(45, 16).u64(0, handle).u32(8, flags).name(name).name(other),
            0,
            "rename",
            node,
            n,
            handle,
            o,
            flags));

    for (Case one : cases) {
      CheckedFileSystem fileSystem = new CheckedFileSystem();
      try (RecordingChannel channel = RecordingChannel.open(form, fileSystem)) {
        fileSystem.servedBy(channel);
        WireRequest request = one.request();
        int opcode = request.opcode();
        channel.serve(request.node(node).unique(handle).caller(flags, mode, size));

        assertNull(fileSystem.broken);
        assertEquals(0, channel.malformed(), () -> "malformed: " + opcode);
        String by = line(" by", flags, mode, size, handle) + line(" op", opcode);
        assertEquals(List.of(line(one.call()) + (opcode == FORGET ? "" : by)), fileSystem.calls);
        Answer answer = channel.answers.getFirst();
        assertEquals(opcode != FORGET, answer.answerable());
        assertEquals(0, answer.error());
        assertEquals(handle, answer.unique());
        assertEquals(one.replySize(), answer.body().length, () -> "reply to " + opcode);
      }
    }
  }

  /** A request, the bytes that answer it, and the call it has to become. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Case(WireRequest request, int replySize, Object... call) {}

  private static Case setattr(long node, long handle, long size, int seconds, int mode) {
    WireRequest request =
        WireRequest.of(4, 88)
            .u32(0, 0x1ff)
            .u64(8, handle)
            .u64(16, size)
            .u64(32, seconds)
            .u64(40, ~(long) seconds)
            .u32(56, 111)
            .u32(60, 222)
            .u32(68, mode)
            .u32(76, ~mode)
            .u32(80, seconds);
    return new Case(
        request,
        104,
        "setattr",
        node,
        0x1ff,
        handle,
        size,
        seconds,
        111,
        ~(long) seconds,
        222,
        mode,
        ~mode,
        seconds);
  }

  @Provide
  Arbitrary<byte[]> names() {
    return Arbitraries.bytes()
        .filter(b -> b != 0 && b != '/')
        .array(byte[].class)
        .ofMinSize(1)
        .ofMaxSize(255)
        .filter(name -> !text(name).equals(".") && !text(name).equals(".."));
  }

  @Provide
  Arbitrary<byte[]> targets() {
    return Arbitraries.bytes().filter(b -> b != 0).array(byte[].class).ofMinSize(1).ofMaxSize(4095);
  }
}
