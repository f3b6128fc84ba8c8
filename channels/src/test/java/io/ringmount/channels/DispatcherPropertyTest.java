package io.ringmount.channels;

import static io.ringmount.channels.CheckedFileSystem.line;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.RecordingChannel.Answer;
import io.ringmount.channels.RecordingChannel.Form;
import io.ringmount.channels.wire.Opcode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * What the kernel, or anybody with the descriptor, may send: the dispatcher judges it all alike.
 */
class DispatcherPropertyTest {
  private static final int EINVAL = 22;
  private static final int ENOSYS = 38;
  private static final int FORGET = 2;
  private static final int INTERRUPT = 36;
  private static final int DESTROY = 38;
  private static final int NOTIFY_REPLY = 41;
  private static final int BATCH_FORGET = 42;

  /** Sizes of the fixed structs of {@code fuse.h} by opcode; the others have none. */
  private static final Map<Integer, Integer> STRUCTS =
      Map.ofEntries(
          Map.entry(2, 8),
          Map.entry(3, 16),
          Map.entry(4, 88),
          Map.entry(8, 16),
          Map.entry(9, 8),
          Map.entry(12, 8),
          Map.entry(13, 8),
          Map.entry(14, 8),
          Map.entry(15, 40),
          Map.entry(16, 40),
          Map.entry(18, 24),
          Map.entry(20, 16),
          Map.entry(21, 8),
          Map.entry(22, 8),
          Map.entry(23, 8),
          Map.entry(25, 24),
          Map.entry(26, 64),
          Map.entry(27, 8),
          Map.entry(28, 40),
          Map.entry(29, 24),
          Map.entry(30, 16),
          Map.entry(31, 48),
          Map.entry(32, 48),
          Map.entry(33, 48),
          Map.entry(34, 8),
          Map.entry(35, 16),
          Map.entry(36, 8),
          Map.entry(37, 16),
          Map.entry(39, 32),
          Map.entry(40, 24),
          Map.entry(41, 40),
          Map.entry(42, 8),
          Map.entry(43, 32),
          Map.entry(44, 40),
          Map.entry(45, 16),
          Map.entry(46, 24),
          Map.entry(47, 56),
          Map.entry(48, 40),
          Map.entry(49, 4),
          Map.entry(50, 8),
          Map.entry(51, 16),
          Map.entry(52, 24),
          Map.entry(53, 56));

  /** Operations that no file system is asked about. */
  private static final Set<Integer> UNSERVED =
      Set.of(0, 7, 19, 26, 31, 32, 33, 34, 37, 39, 40, 48, 49, 50, 54, 55, 56, 57, 58, 59, 60);

  /** Operations that become any number of calls. */
  private static final Set<Integer> NOT_A_CALL_EACH =
      Set.of(BATCH_FORGET, INTERRUPT, DESTROY, NOTIFY_REPLY);

  @Property(tries = 2000)
  void anyBytesAreAnsweredOnceAndNothingIsReadOutsideThem(
      @ForAll @IntRange(max = 60) int opcode,
      @ForAll Form form,
      @ForAll long unique,
      @ForAll("structs") byte[] struct,
      @ForAll("arguments") byte[] any,
      @ForAll("claims") int[] claim)
      throws IOException {
    // Through a ring its struct comes with the arguments.
    boolean bare = opcode == NOTIFY_REPLY && form == Form.RING;
    int size = bare ? 0 : STRUCTS.getOrDefault(opcode, 0);
    byte[] arguments = fitted(any, form, size);
    WireRequest request =
        WireRequest.of(opcode, size).unique(unique).struct(struct).bytes(arguments);
    boolean truthful = true;
    if (claim[0] == 1) {
      truthful = claim[1] == request.length();
      request.claimLength(claim[1]);
    } else if (claim[0] == 2 && form == Form.RING) {
      truthful = claim[1] == arguments.length;
      request.claimPayload(claim[1]);
    } else if (claim[0] == 3 && form == Form.RING) {
      // Both lie, and agree with each other.
      truthful = claim[1] >= 0 && claim[1] <= RecordingChannel.PAYLOAD;
      request.claimPayload(claim[1]).claimLength(40 + size + claim[1]);
    }
    CheckedFileSystem fileSystem = new CheckedFileSystem();
    try (RecordingChannel channel = RecordingChannel.open(form, fileSystem)) {
      fileSystem.servedBy(channel);
      channel.serve(request);

      assertNull(fileSystem.broken);
      assertEquals(1, channel.answers.size());
      assertEquals(0, channel.failed());
      assertEquals(0, channel.inFlight());
      Answer answer = channel.answers.getFirst();
      assertEquals(unique, answer.unique());
      assertEquals(16 + answer.body().length, answer.length());
      // Through a ring nothing tells how long the struct of an unknown operation is.
      if (!truthful && (form == Form.DEVICE || Opcode.isKnown(opcode))) {
        assertEquals(1, channel.malformed());
      }
      if (channel.malformed() == 1) {
        assertEquals(-EINVAL, answer.error());
        assertEquals(List.of(), fileSystem.calls);
      } else if (UNSERVED.contains(opcode)) {
        assertEquals(-ENOSYS, answer.error());
        assertEquals(List.of(), fileSystem.calls);
      } else {
        assertEquals(0, answer.error());
        boolean alone = !NOT_A_CALL_EACH.contains(opcode);
        assertTrue(!alone || fileSystem.calls.size() == 1, fileSystem.calls::toString);
      }
    }
  }

  @Property(tries = 1000)
  void aDeviceReadCutAnywhereIsMalformedOrNoRequestAtAll(
      @ForAll @IntRange(max = 60) int opcode,
      @ForAll("arguments") byte[] any,
      @ForAll @IntRange(max = 400) int missing)
      throws IOException {
    int size = STRUCTS.getOrDefault(opcode, 0);
    WireRequest request =
        WireRequest.of(opcode, size).unique(9).bytes(fitted(any, Form.DEVICE, size));
    int bytes = Math.max(0, request.length() - 1 - missing);
    CheckedFileSystem fileSystem = new CheckedFileSystem();
    try (RecordingChannel channel = RecordingChannel.open(Form.DEVICE, fileSystem)) {
      fileSystem.servedBy(channel);
      channel.serve(request, bytes);

      assertEquals(List.of(), fileSystem.calls);
      assertEquals(bytes < 40 ? 0 : 1, channel.answers.size());
      assertEquals(bytes < 40 ? 0 : 1, channel.malformed());
    }
  }

  @Property(tries = 200)
  void everyNodeOfABatchIsForgotten(
      @ForAll Form form, @ForAll @Size(max = 50) List<Long> nodes, @ForAll boolean oneTooFew)
      throws IOException {
    WireRequest request =
        WireRequest.of(42, 8).u32(0, nodes.size() + (oneTooFew ? 1 : 0)).unique(4);
    List<String> expected = new ArrayList<>();
    for (long node : nodes) {
      byte[] one = new byte[16];
      ByteBuffer.wrap(one).order(ByteOrder.LITTLE_ENDIAN).putLong(node).putLong(~node);
      request.bytes(one);
      expected.add(line("forget", node, ~node));
    }
    CheckedFileSystem fileSystem = new CheckedFileSystem();
    try (RecordingChannel channel = RecordingChannel.open(form, fileSystem)) {
      channel.serve(request);
      assertEquals(oneTooFew ? List.of() : expected, fileSystem.calls);
      assertEquals(oneTooFew ? 1 : 0, channel.malformed());
      assertEquals(1, channel.answers.size());
      assertEquals(false, channel.answers.getFirst().answerable());
    }
  }

  @Property(tries = 500)
  void aNameThatIsNotOneIsMalformed(
      @ForAll Form form, @ForAll("badNames") byte[] bad, @ForAll("namedOperations") int[] operation)
      throws IOException {
    byte[] good = {'g'};
    // The bad name stands at each place where the operation has one.
    for (int place = 0; place < operation[1]; place++) {
      WireRequest request = WireRequest.of(operation[0], STRUCTS.getOrDefault(operation[0], 0));
      for (int i = 0; i < operation[1]; i++) {
        if (i == place) {
          request.bytes(bad);
        } else {
          request.name(good);
        }
      }
      CheckedFileSystem fileSystem = new CheckedFileSystem();
      try (RecordingChannel channel = RecordingChannel.open(form, fileSystem)) {
        fileSystem.servedBy(channel);
        // An unterminated name last: what follows it in memory is not its end.
        if (bad[bad.length - 1] != 0 && place < operation[1] - 1) {
          continue;
        }
        channel.serve(request);
        assertEquals(List.of(), fileSystem.calls);
        assertEquals(1, channel.malformed());
        assertEquals(-EINVAL, channel.answers.getFirst().error());
      }
    }
  }

  @Property(tries = 300)
  void aSizeThatDoesNotFitIsMalformed(
      @ForAll Form form, @ForAll("absurdSizes") int size, @ForAll("sizedOperations") int opcode)
      throws IOException {
    CheckedFileSystem fileSystem = new CheckedFileSystem();
    try (RecordingChannel channel = RecordingChannel.open(form, fileSystem)) {
      fileSystem.servedBy(channel);
      channel.serve(WireRequest.of(opcode, 40).u32(16, size));
      assertEquals(List.of(), fileSystem.calls);
      assertEquals(1, channel.malformed());
    }
  }

  /** What of {@code any} has room: its beginning, with its last byte where the slot ends. */
  private static byte[] fitted(byte[] any, Form form, int structSize) {
    int room = RecordingChannel.PAYLOAD + (form == Form.RING ? 0 : 40 - structSize);
    if (any.length <= room) {
      return any;
    }
    byte[] result = Arrays.copyOf(any, room);
    result[room - 1] = any[any.length - 1];
    return result;
  }

  @Provide
  Arbitrary<byte[]> structs() {
    // Small numbers are likely: a random size or count would never pass for a true one.
    Arbitrary<Byte> byteOrZero =
        Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just((byte) 0)), Tuple.of(1, bytes()));
    return byteOrZero.array(byte[].class).ofSize(88);
  }

  private static Arbitrary<Byte> bytes() {
    return Arbitraries.bytes();
  }

  @Provide
  Arbitrary<byte[]> arguments() {
    Arbitrary<Byte> telling = Arbitraries.of((byte) 0, (byte) '.', (byte) '/', (byte) 'a');
    Arbitrary<byte[]> shortOnes = telling.array(byte[].class).ofMaxSize(12);
    Arbitrary<byte[]> any = bytes().array(byte[].class).ofMaxSize(300);
    // Fills the payload to its last byte, with and without a NUL at the end of the mapping.
    Arbitrary<byte[]> full =
        Arbitraries.of((byte) 0, (byte) 'y')
            .map(last -> {
              byte[] all = new byte[2 * RecordingChannel.PAYLOAD];
              Arrays.fill(all, (byte) 'y');
              all[all.length - 1] = last;
              return all;
            });
    return Arbitraries.frequencyOf(Tuple.of(6, shortOnes), Tuple.of(3, any), Tuple.of(1, full));
  }

  /** Which length is claimed, 0 for none, and what it is claimed to be. */
  @Provide
  Arbitrary<int[]> claims() {
    Arbitrary<Integer> which =
        Arbitraries.frequency(Tuple.of(5, 0), Tuple.of(1, 1), Tuple.of(1, 2), Tuple.of(1, 3));
    Arbitrary<Integer> length =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.integers().between(-1, RecordingChannel.PAYLOAD + 1)),
            Tuple.of(1, Arbitraries.integers()));
    return Combinators.combine(which, length).as((w, l) -> new int[] {w, l});
  }

  @Provide
  Arbitrary<byte[]> badNames() {
    Arbitrary<byte[]> known =
        Arbitraries.of("\0", ".\0", "..\0", "/\0", "a/b\0", "../x\0", "x/\0", "open", ".", "a/")
            .map(s -> s.getBytes(StandardCharsets.ISO_8859_1));
    Arbitrary<byte[]> tooLong =
        Arbitraries.integers()
            .between(4096, 4200)
            .map(length -> {
              byte[] name = new byte[length + 1];
              Arrays.fill(name, 0, length, (byte) 'l');
              return name;
            });
    return Arbitraries.frequencyOf(Tuple.of(9, known), Tuple.of(1, tooLong));
  }

  /** Opcode and number of file names. */
  @Provide
  Arbitrary<int[]> namedOperations() {
    return Arbitraries.of(
        new int[] {1, 1},
        new int[] {8, 1},
        new int[] {9, 1},
        new int[] {10, 1},
        new int[] {11, 1},
        new int[] {12, 2},
        new int[] {13, 1},
        new int[] {35, 1},
        new int[] {45, 2});
  }

  /** For READ, WRITE (which brings no data here), READDIR and READDIRPLUS. */
  @Provide
  Arbitrary<Integer> sizedOperations() {
    return Arbitraries.of(15, 16, 28, 44);
  }

  @Provide
  Arbitrary<Integer> absurdSizes() {
    return Arbitraries.oneOf(
        Arbitraries.integers().lessOrEqual(-1),
        Arbitraries.integers().greaterOrEqual(RecordingChannel.PAYLOAD + 1));
  }
}
