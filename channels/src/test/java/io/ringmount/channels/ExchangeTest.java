package io.ringmount.channels;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.RecordingChannel.Answer;
import io.ringmount.channels.RecordingChannel.Form;
import io.ringmount.channels.linux.Memory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules of replying, as the kernel sees them. */
@Timeout(30)
class ExchangeTest {
  private static final int EIO = 5;
  private static final int LOOKUP = 1;
  private static final int SYMLINK = 6;
  private static final int UNLINK = 10;
  private static final int READ = 15;
  private static final int GETXATTR = 22;
  private static final int READDIR = 28;
  private static final int CREATE = 35;
  private static final int READDIRPLUS = 44;

  /** Serves one UNLINK of {@code name} with {@code unique} 77. */
  private static RecordingChannel unlink(Form form, Unlinker unlinker) throws Exception {
    RecordingChannel channel =
        RecordingChannel.open(
            form,
            new FileSystem() {
              @Override
              public void unlink(Request request, long parent, Name name, Reply reply) {
                unlinker.unlink(name, reply);
              }
            });
    channel.serve(WireRequest.of(UNLINK).unique(77).name("name".getBytes(UTF_8)));
    return channel;
  }

  private interface Unlinker {
    void unlink(Name name, Reply reply);
  }

  private static Answer only(RecordingChannel channel) {
    assertEquals(1, channel.answers.size());
    Answer answer = channel.answers.getFirst();
    assertEquals(77, answer.unique());
    assertEquals(0, channel.inFlight());
    return answer;
  }

  @ParameterizedTest
  @EnumSource
  void aSecondReplyIsRefusedAndChangesNothing(Form form) throws Exception {
    try (RecordingChannel channel =
        unlink(
            form,
            (name, reply) -> {
              reply.done();
              assertThrows(IllegalStateException.class, reply::done);
              assertThrows(IllegalStateException.class, () -> reply.error(2));
            })) {
      assertEquals(0, only(channel).error());
      assertEquals(0, channel.failed());
    }
    try (RecordingChannel channel =
        unlink(
            form,
            (name, reply) -> {
              reply.error(2);
              assertThrows(IllegalStateException.class, reply::done);
            })) {
      assertEquals(-2, only(channel).error());
      assertEquals(0, channel.failed());
    }
  }

  @ParameterizedTest
  @CsvSource({"1,-1", "511,-511", "0,-5", "-1,-5", "-2,-5", "512,-5", "2147483647,-5"})
  void anErrnoTheKernelDoesNotKnowBecomesEio(int errno, int sent) throws Exception {
    try (RecordingChannel channel = unlink(Form.RING, (name, reply) -> reply.error(errno))) {
      assertEquals(sent, only(channel).error());
      assertEquals(16, only(channel).length());
    }
  }

  @ParameterizedTest
  @EnumSource
  void anErrorCarriesNothingOfWhatWasFilledIn(Form form) throws Exception {
    try (RecordingChannel channel =
        RecordingChannel.open(
            form,
            new FileSystem() {
              @Override
              public void read(
                  Request request, long node, long handle, long offset, int size, DataReply reply) {
                reply.buffer().put(new byte[100]);
                reply.error(EIO);
              }
            })) {
      channel.serve(WireRequest.of(READ, 40).unique(77).u32(16, 4096));
      assertEquals(0, only(channel).body().length);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileSystemThatThrowsAnswersEioOnceAndIsCounted(Form form) throws Exception {
    try (RecordingChannel channel =
        unlink(
            form,
            (name, reply) -> {
              throw new IllegalArgumentException("thrown by the test");
            })) {
      assertEquals(-EIO, only(channel).error());
      assertEquals(1, channel.failed());
      assertEquals(0, channel.malformed());
    }
    try (RecordingChannel channel =
        unlink(
            form,
            (name, reply) -> {
              throw new StackOverflowError("thrown by the test");
            })) {
      assertEquals(-EIO, only(channel).error());
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsThrownAfterAReplyChangesNothing(Form form) throws Exception {
    try (RecordingChannel channel =
        unlink(
            form,
            (name, reply) -> {
              reply.done();
              throw new IllegalArgumentException("thrown by the test");
            })) {
      assertEquals(0, only(channel).error());
      assertEquals(1, channel.failed());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aThrowThatRacesWithTheReplyOfAnotherThreadEndsInOneReply(Form form) throws Exception {
    IllegalArgumentException thrown = new IllegalArgumentException("thrown by the test");
    AtomicReference<Reply> handed = new AtomicReference<>();
    AtomicBoolean over = new AtomicBoolean();
    // Spins, so that its reply comes in the very moment of the throw.
    Thread other =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; !over.get(); ) {
                Reply reply = handed.getAndSet(null);
                if (reply == null) {
                  Thread.onSpinWait();
                  continue;
                }
                for (int spin = i++ % 64; spin > 0; spin--) {
                  Thread.onSpinWait();
                }
                try {
                  reply.done();
                } catch (IllegalStateException theThrowWasFirst) {
                  // Allowed: then the answer is EIO.
                }
              }
            });
    try (RecordingChannel channel =
        RecordingChannel.open(
            form,
            new FileSystem() {
              @Override
              public void unlink(Request request, long parent, Name name, Reply reply) {
                handed.set(reply);
                throw thrown;
              }
            })) {
      for (int i = 0; i < 20_000; i++) {
        channel.answers.clear();
        channel.serve(WireRequest.of(UNLINK).unique(77).name("name".getBytes(UTF_8)));
        while (handed.get() != null || channel.inFlight() > 0) {
          Thread.onSpinWait();
        }
        int error = only(channel).error();
        assertTrue(error == 0 || error == -EIO);
      }
    } finally {
      over.set(true);
      other.join();
    }
  }

  @ParameterizedTest
  @EnumSource
  void namesStayReadableWhileTheReplyIsFilledIn(Form form) throws Exception {
    byte[] name = "n".repeat(255).getBytes(UTF_8);
    byte[] target = "t".repeat(300).getBytes(UTF_8);
    try (RecordingChannel channel =
        RecordingChannel.open(
            form,
            new FileSystem() {
              @Override
              public void symlink(
                  Request request, long parent, Name link, Name to, EntryReply reply) {
                reply.entry().node(-1).generation(-1).entryTimeout(1_000_000_007L);
                reply.entry().attributes().inode(-1).mode(-1).size(-1);
                assertArrayEquals(name, link.toBytes());
                assertArrayEquals(target, to.toBytes());
                reply.done();
              }

              @Override
              public void create(
                  Request request,
                  long parent,
                  Name file,
                  int mode,
                  int flags,
                  boolean killPrivileges,
                  CreateReply reply) {
                reply.entry().node(5);
                reply.open().handle(0x1122334455667788L).openFlags(3).backingId(9);
                assertArrayEquals(name, file.toBytes());
                reply.done();
              }
            })) {
      channel.serve(WireRequest.of(SYMLINK).unique(77).name(name).name(target));
      ByteBuffer entry = only(channel).bytes();
      assertEquals(128, entry.capacity());
      assertEquals(-1, entry.getLong(0));
      assertEquals(1, entry.getLong(16));
      assertEquals(7, entry.getInt(32));
      assertEquals(-1, entry.getLong(48));
      assertEquals(-1, entry.getInt(100));

      channel.answers.clear();
      channel.serve(WireRequest.of(CREATE, 16).unique(77).name(name));
      ByteBuffer created = only(channel).bytes();
      assertEquals(144, created.capacity());
      assertEquals(5, created.getLong(0));
      assertEquals(0, created.getLong(8), "left over from the request before");
      assertEquals(0x1122334455667788L, created.getLong(128));
      assertEquals(3, created.getInt(136));
      assertEquals(9, created.getInt(140));
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAttributeIsAnsweredApartFromItsNameAndThenSent(Form form) throws Exception {
    try (RecordingChannel channel =
        RecordingChannel.open(
            form,
            new FileSystem() {
              @Override
              public void getxattr(Request request, long node, Name name, XattrReply reply) {
                if (reply.wanted() == 0) {
                  reply.length(6);
                } else {
                  assertEquals(100, reply.wanted());
                  assertEquals(100, reply.buffer().remaining());
                  reply.buffer().put("value ".getBytes(UTF_8)).put(name.toBytes());
                }
                reply.done();
              }
            })) {
      byte[] name = "user.name".getBytes(UTF_8);
      channel.serve(WireRequest.of(GETXATTR, 8).unique(77).u32(0, 100).name(name));
      assertArrayEquals("value user.name".getBytes(UTF_8), only(channel).body());

      channel.answers.clear();
      channel.serve(WireRequest.of(GETXATTR, 8).unique(77).name(name));
      ByteBuffer length = only(channel).bytes();
      assertEquals(8, length.capacity());
      assertEquals(6, length.getInt(0));
      assertEquals(0, length.getInt(4));
    }
  }

  @ParameterizedTest
  @EnumSource
  void theRecordOfAReplyThatWasNotSentYetHasAllOfIt(Form form) throws Exception {
    byte[] value = "value".getBytes(UTF_8);
    try (RecordingChannel channel =
        RecordingChannel.open(
            form,
            new FileSystem() {
              @Override
              public void getxattr(Request request, long node, Name name, XattrReply reply) {
                reply.buffer().put(value);
                reply.done();
              }
            })) {
      channel.serve(
          WireRequest.of(GETXATTR, 8).unique(77).u32(0, 64).name("user.a".getBytes(UTF_8)));
      // As if the process had ended just before it moved the reply.
      Slot slot = channel.slot();
      Memory.zero(slot.payloadAddress(), 64);
      assertEquals(value.length, slot.record().placeReply());
      assertEquals(value.length, slot.record().placeReply(), "it can be repeated");
      byte[] placed = new byte[value.length];
      Memory.copy(slot.payloadAddress(), placed, 0, placed.length);
      assertArrayEquals(value, placed);
    }
  }

  @ParameterizedTest
  @EnumSource
  void dataEndsAtThePositionOfTheBuffer(Form form) throws Exception {
    try (RecordingChannel channel =
        RecordingChannel.open(
            form,
            new FileSystem() {
              @Override
              public void read(
                  Request request, long node, long handle, long offset, int size, DataReply reply) {
                ByteBuffer buffer = reply.buffer();
                assertTrue(buffer.isDirect());
                assertEquals(size, buffer.remaining());
                buffer.put(new byte[] {'a', 'b', 'c', 'd'});
                buffer.position(3);
                reply.done();
              }
            })) {
      channel.serve(WireRequest.of(READ, 40).unique(77).u32(16, 4096));
      assertArrayEquals(new byte[] {'a', 'b', 'c'}, only(channel).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aListingIsTheKernelsDirentsPaddedToEightBytes(Form form) throws Exception {
    // 24 + 5 and 24 + 8 bytes both make 32; 24 + 9 makes 40.
    try (RecordingChannel channel = RecordingChannel.open(form, new Listing(32 + 32 + 39))) {
      channel.serve(WireRequest.of(READDIR, 40).unique(77).u64(8, 1000).u32(16, 32 + 32 + 39));
      ByteBuffer bytes = only(channel).bytes();
      assertEquals(64, bytes.capacity());
      assertDirent(bytes, 0, 11, 1001, 8, "12345");
      assertDirent(bytes, 32, 12, 1002, 4, "12345678");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aListingWithAttributesPutsTheEntryBeforeTheDirent(Form form) throws Exception {
    try (RecordingChannel channel = RecordingChannel.open(form, new Listing(160 + 160 + 168))) {
      channel.serve(
          WireRequest.of(READDIRPLUS, 40).unique(77).u64(8, 1000).u32(16, 160 + 160 + 168));
      ByteBuffer bytes = only(channel).bytes();
      assertEquals(488, bytes.capacity());
      assertEquals(111, bytes.getLong(0));
      assertEquals(11, bytes.getLong(40));
      assertEquals(0100644, bytes.getInt(100));
      assertDirent(bytes, 128, 11, 1001, 8, "12345");
      // The second entry has no node of its own, and none is left over.
      assertEquals(0, bytes.getLong(160));
      assertEquals(12, bytes.getLong(160 + 40));
      assertDirent(bytes, 160 + 128, 12, 1002, 4, "12345678");
      assertDirent(bytes, 320 + 128, 13, 1003, 8, "123456789");
    }
  }

  /** Three entries; the last one fits exactly or lacks one byte. */
  private static final class Listing implements FileSystem {
    private final int room;

    Listing(int room) {
      this.room = room;
    }

    @Override
    public void readdir(
        Request request, long node, long handle, long cookie, DirectoryReply reply) {
      assertEquals(room, reply.capacity());
      Name[] names = {Name.of("12345"), Name.of("12345678"), Name.of("123456789")};
      for (int i = 0; i < names.length; i++) {
        boolean fits = reply.withAttributes() || i < 2;
        assertEquals(fits, reply.fits(names[i]));
        reply.entry().attributes().inode(11 + i).mode(i == 1 ? 040755 : 0100644);
        if (i == 0) {
          reply.entry().node(111);
        }
        if (fits) {
          reply.add(names[i], cookie + i + 1);
        } else {
          Name name = names[i];
          assertThrows(IllegalStateException.class, () -> reply.add(name, 9));
        }
      }
      assertFalse(reply.fits(names[2]));
      reply.done();
    }
  }

  private static void assertDirent(
      ByteBuffer bytes, int at, long inode, long cookie, int type, String name) {
    assertEquals(inode, bytes.getLong(at));
    assertEquals(cookie, bytes.getLong(at + 8));
    assertEquals(name.length(), bytes.getInt(at + 16));
    assertEquals(type, bytes.getInt(at + 20));
    int padded = (name.length() + 7) / 8 * 8;
    byte[] expected = Arrays.copyOf(name.getBytes(UTF_8), padded);
    assertArrayEquals(expected, Arrays.copyOfRange(bytes.array(), at + 24, at + 24 + padded));
  }

  @ParameterizedTest
  @EnumSource
  void aReplyMayComeFromAnotherThreadAfterTheCall(Form form) throws Exception {
    Reply[] kept = new Reply[1];
    try (RecordingChannel channel =
        RecordingChannel.open(
            form,
            new FileSystem() {
              @Override
              public void lookup(Request request, long parent, Name name, EntryReply reply) {
                kept[0] = reply;
              }
            })) {
      channel.serve(WireRequest.of(LOOKUP).unique(77).name("name".getBytes(UTF_8)));
      assertEquals(0, channel.answers.size());
      assertEquals(1, channel.inFlight());
      Thread.ofPlatform().start(kept[0]::done).join();
      assertEquals(128, only(channel).body().length);
    }
  }
}
