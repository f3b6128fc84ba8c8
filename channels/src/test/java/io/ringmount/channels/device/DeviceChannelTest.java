package io.ringmount.channels.device;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.ringmount.channels.AttributesReply;
import io.ringmount.channels.Channel;
import io.ringmount.channels.DataReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.Name;
import io.ringmount.channels.Request;
import io.ringmount.channels.Session;
import io.ringmount.channels.Slot;
import io.ringmount.channels.SlotRegion;
import io.ringmount.channels.WireRequest;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.linux.Syscall;
import io.ringmount.channels.linux.UnixSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The channel against a kernel that says what the real one never would: the other end of a socket
 * pair, which keeps the borders of messages as {@code /dev/fuse} does.
 */
@Timeout(60)
class DeviceChannelTest {
  private static final int EIO = 5;
  private static final int EINVAL = 22;
  private static final int ENOSYS = 38;
  private static final int LOOKUP = 1;
  private static final int FORGET = 2;
  private static final int GETATTR = 3;
  private static final int READ = 15;
  private static final int INTERRUPT = 36;

  private static final int SHUTDOWN = 48;
  private static final int SHUT_RD = 0;

  private static final int PATIENCE_MILLIS = 20_000;

  /** More than a socket takes as one message. */
  private static final int PAYLOAD = 1 << 20;

  @Test
  void aMalformedRequestIsRefusedAloneAndThoseAroundItAreServed() throws Exception {
    try (FakeKernel kernel = new FakeKernel(4, new Inodes())) {
      kernel.send(getattr(1));
      assertEquals(new Reply(1, 0, 1), kernel.receive());

      byte[] valid = getattr(2).toBytes();
      for (int length = 1; length < 40; length++) {
        kernel.send(Arrays.copyOf(valid, length));
        kernel.send(getattr(100 + length));
        assertEquals(new Reply(100 + length, 0, 100 + length), kernel.receive());
      }
      assertEquals(39, kernel.channel.status().failed());

      List<byte[]> malformed = new ArrayList<>();
      for (int length = 40; length < valid.length; length++) {
        malformed.add(Arrays.copyOf(valid, length));
      }
      malformed.add(getattr(2).claimLength(Integer.MAX_VALUE).toBytes());
      malformed.add(getattr(2).claimLength(-1).toBytes());
      malformed.add(WireRequest.of(LOOKUP).unique(2).toBytes());
      malformed.add(WireRequest.of(LOOKUP).unique(2).bytes("uncut".getBytes(UTF_8)).toBytes());
      malformed.add(WireRequest.of(LOOKUP).unique(2).name("a/b".getBytes(UTF_8)).toBytes());
      malformed.add(WireRequest.of(READ, 40).unique(2).u32(16, -1).toBytes());
      for (byte[] message : malformed) {
        kernel.send(message);
        assertEquals(new Reply(2, -EINVAL, 0), kernel.receive());
        kernel.send(getattr(3));
        assertEquals(new Reply(3, 0, 3), kernel.receive());
      }
      assertEquals(malformed.size(), kernel.channel.status().malformed());

      for (int opcode : new int[] {0, 7, 61, 4096, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
        kernel.send(WireRequest.of(opcode).unique(4));
        assertEquals(new Reply(4, -ENOSYS, 0), kernel.receive());
        kernel.send(getattr(5));
        assertEquals(new Reply(5, 0, 5), kernel.receive());
      }
      assertEquals(malformed.size(), kernel.channel.status().malformed());
      assertEquals(39, kernel.channel.status().failed());
    }
  }

  @Test
  void whatNeedsNoReplyGetsNone() throws Exception {
    try (FakeKernel kernel = new FakeKernel(1, new Inodes())) {
      kernel.send(WireRequest.of(FORGET, 8).unique(1).u64(0, 3));
      kernel.send(WireRequest.of(INTERRUPT, 8).unique(2).u64(0, 1));
      kernel.send(getattr(3));
      assertEquals(new Reply(3, 0, 3), kernel.receive());
      kernel.awaitInFlight(0);
      assertEquals(3, kernel.channel.status().requests());
    }
  }

  @Test
  void repliesMayComeInAnyOrderFromAnotherThread() throws Exception {
    KeptReplies fileSystem = new KeptReplies();
    try (FakeKernel kernel = new FakeKernel(8, fileSystem)) {
      for (int i = 0; i < 8; i++) {
        kernel.send(getattr(i));
      }
      List<Runnable> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(fileSystem.take());
      }
      kernel.awaitInFlight(8);
      for (int i : new int[] {7, 0, 3, 6, 1, 5, 2, 4}) {
        answers.get(i).run();
        assertEquals(new Reply(i, 0, i), kernel.receive());
      }
      kernel.awaitInFlight(0);
    }
  }

  @Test
  void aRequestBeyondTheSlotsWaitsUntilOneIsFree() throws Exception {
    KeptReplies fileSystem = new KeptReplies();
    try (FakeKernel kernel = new FakeKernel(2, fileSystem)) {
      for (int i = 0; i < 3; i++) {
        kernel.send(getattr(i));
      }
      Runnable first = fileSystem.take();
      Runnable second = fileSystem.take();
      Thread.sleep(50);
      assertTrue(fileSystem.kept.isEmpty());
      assertEquals(2, kernel.channel.status().inFlight());
      second.run();
      assertEquals(new Reply(1, 0, 1), kernel.receive());
      Runnable third = fileSystem.take();
      first.run();
      assertEquals(new Reply(0, 0, 0), kernel.receive());
      third.run();
      assertEquals(new Reply(2, 0, 2), kernel.receive());
    }
  }

  /** Every reply but a few frees the slot that the channel's thread sleeps for, or just went to. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16})
  void noRequestIsLostHoweverRepliesMeetAStarvedChannel(int slots) throws Exception {
    int requests = 10_000;
    KeptReplies fileSystem = new KeptReplies();
    List<Thread> repliers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      repliers.add(Thread.ofPlatform().daemon().start(fileSystem::answerAll));
    }
    try (FakeKernel kernel = new FakeKernel(slots, fileSystem)) {
      Semaphore window = new Semaphore(64);
      Thread sender =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try {
                  for (int i = 0; i < requests; i++) {
                    window.acquire();
                    kernel.send(getattr(i));
                  }
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      BitSet answered = new BitSet();
      for (int i = 0; i < requests; i++) {
        Reply reply = kernel.receive();
        assertEquals(0, reply.error());
        assertEquals(reply.unique(), reply.value());
        assertFalse(answered.get((int) reply.unique()), "answered twice");
        answered.set((int) reply.unique());
        window.release();
      }
      sender.join();
      kernel.awaitInFlight(0);
      assertEquals(requests, kernel.channel.status().requests());
      assertEquals(0, kernel.channel.status().failed());
    } finally {
      repliers.forEach(Thread::interrupt);
    }
  }

  @Test
  void aReplyTheKernelRefusesBecomesEioAndIsCounted() throws Exception {
    FileSystem fileSystem =
        new Inodes() {
          @Override
          public void read(
              Request request, long node, long handle, long offset, int size, DataReply reply) {
            reply.buffer().position(size);
            reply.done();
          }
        };
    try (FakeKernel kernel = new FakeKernel(2, fileSystem)) {
      kernel.send(WireRequest.of(READ, 40).unique(1).u32(16, PAYLOAD));
      assertEquals(new Reply(1, -EIO, 0), kernel.receive());
      kernel.awaitInFlight(0);
      assertEquals(1, kernel.channel.status().failed());
      kernel.send(getattr(2));
      assertEquals(new Reply(2, 0, 2), kernel.receive());

      // Now nothing can be written any more: the channel goes on reading.
      kernel.refuseWrites();
      for (int i = 0; i < 10; i++) {
        kernel.send(getattr(3));
      }
      kernel.awaitRequests(12);
      kernel.awaitInFlight(0);
      assertEquals(11, kernel.channel.status().failed());
    }
  }

  @Test
  void theChannelEndsWhenTheOtherEndIsClosed() throws Exception {
    FakeKernel kernel = new FakeKernel(2, new Inodes());
    assertFalse(kernel.channel.awaitEnd(20));
    kernel.close();
    assertEquals(0, kernel.channel.status().failed());
  }

  private static WireRequest getattr(long unique) {
    return WireRequest.of(GETATTR, 16).unique(unique).node(unique);
  }

  /**
   * A reply taken apart.
   *
   * @param value inode of the attributes, 0 without them
   */
  private record Reply(long unique, int error, long value) {}

  /** Answers a request for attributes with the number of the node. */
  private static class Inodes implements FileSystem {
    @Override
    public void lookup(Request request, long parent, Name name, EntryReply reply) {
      reply.done();
    }

    @Override
    public void getattr(Request request, long node, long handle, AttributesReply reply) {
      reply.attributes().inode(node);
      reply.done();
    }
  }

  /** As {@link Inodes}, when somebody runs what is kept. */
  private static final class KeptReplies implements FileSystem {
    final BlockingQueue<Runnable> kept = new LinkedBlockingQueue<>();

    @Override
    public void getattr(Request request, long node, long handle, AttributesReply reply) {
      kept.add(() -> {
        reply.attributes().inode(node);
        reply.done();
      });
    }

    Runnable take() throws InterruptedException {
      Runnable answer = kept.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      return answer == null ? fail("no request reached the file system") : answer;
    }

    /** Until interrupted; sometimes at once, sometimes when the channel has fallen asleep. */
    void answerAll() {
      try {
        for (int i = 0; ; i++) {
          Runnable answer = kept.take();
          for (int spin = i * 31 % 200; spin > 0; spin--) {
            Thread.onSpinWait();
          }
          answer.run();
        }
      } catch (InterruptedException end) {
        // The test is over.
      }
    }
  }

  /** The other end of a running channel. */
  private static final class FakeKernel implements AutoCloseable {
    private final UnixSocket[] pair = UnixSocket.pair();
    private final SlotRegion region;
    private final Session session;
    final DeviceChannel channel;

    FakeKernel(int slots, FileSystem fileSystem) throws IOException {
      region = new SlotRegion(slots, PAYLOAD);
      session = new Session(fileSystem, MountOptions.of("test"), slots);
      channel =
          new DeviceChannel(
              "channel-fake",
              Channel.UNPINNED,
              pair[1].fd(),
              region.take(slots, 0),
              new Slot[0],
              session);
      session.begin(List.of(channel));
      channel.prepare();
      channel.opened().join();
      channel.serve().join();
    }

    void send(WireRequest request) throws LinuxException {
      send(request.toBytes());
    }

    void send(byte[] message) throws LinuxException {
      pair[0].send(message);
    }

    Reply receive() throws LinuxException {
      if (Poll.one(pair[0].fd(), Poll.POLLIN, PATIENCE_MILLIS) == 0) {
        fail("no reply: " + channel.status());
      }
      byte[] message = pair[0].receive(PAYLOAD).orElseThrow().content();
      ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
      assertEquals(message.length, bytes.getInt(0));
      int error = bytes.getInt(4);
      assertEquals(error == 0 ? 16 + 104 : 16, message.length);
      return new Reply(bytes.getLong(8), error, error == 0 ? bytes.getLong(16 + 16) : 0);
    }

    void refuseWrites() throws LinuxException {
      LinuxException.check(Syscall.call(SHUTDOWN, pair[0].fd(), SHUT_RD), "shutdown", "");
    }

    void awaitInFlight(int requests) throws InterruptedException {
      for (int i = 0; i < 2_000 && channel.status().inFlight() != requests; i++) {
        Thread.sleep(1);
      }
      assertEquals(requests, channel.status().inFlight());
    }

    void awaitRequests(long requests) throws InterruptedException {
      for (int i = 0; i < 2_000 && channel.status().requests() != requests; i++) {
        Thread.sleep(1);
      }
      assertEquals(requests, channel.status().requests());
    }

    @Override
    public void close() throws LinuxException, InterruptedException {
      pair[0].close();
      if (!channel.awaitEnd(PATIENCE_MILLIS)) {
        fail("the channel does not end: " + channel.status());
      }
      session.close();
      channel.close();
      pair[1].close();
      region.close();
    }
  }
}
