package io.ringmount.channels.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringmount.channels.AttributesReply;
import io.ringmount.channels.Channel;
import io.ringmount.channels.Execution;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.Request;
import io.ringmount.channels.Session;
import io.ringmount.channels.SlotRegion;
import io.ringmount.channels.WireRequest;
import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.linux.SyscallFaults;
import io.ringmount.channels.linux.SyscallNumber;
import io.ringmount.channels.linux.UnixSocket;
import io.ringmount.channels.wire.Opcode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of a channel whose calls of the device fail, in every way in which {@code
 * fs/fuse/dev.c} lets them: a socket pair stands for the device.
 */
@Timeout(60)
class DeviceFaultTest {
  private static final int PAYLOAD = 64 << 10;
  private static final int SLOTS = 3;
  private static final int PATIENCE_MILLIS = 20_000;
  private static final int REQUESTS = 60;

  @BeforeEach
  void needRoot() throws IOException {
    assumeTrue(Credentials.hasSysAdmin());
  }

  /** Nothing was lost: the request was taken back before, or something else was the matter. */
  @ParameterizedTest
  @ValueSource(ints = {Errno.ENOENT, Errno.EINTR, Errno.EAGAIN})
  void aReadThatBringsNothingIsRepeated(int errno) throws Exception {
    AtomicInteger reads = new AtomicInteger();
    try (Fake kernel = new Fake(SyscallNumber.READ, () -> reads.getAndIncrement() % 3 > 0, errno)) {
      kernel.serveAll();
      assertTrue(kernel.faults.failed() >= REQUESTS, "too few reads failed");
      assertFalse(kernel.channel.failure().isDone());
      assertEquals(0, kernel.channel.status().failed());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.ENODEV, Errno.ECONNABORTED})
  void theEndOfTheConnectionIsNoFailure(int errno) throws Exception {
    AtomicInteger reads = new AtomicInteger();
    try (Fake kernel = new Fake(SyscallNumber.READ, () -> reads.incrementAndGet() > 1, errno)) {
      kernel.serve(1);
      assertTrue(kernel.channel.awaitEnd(PATIENCE_MILLIS));
      assertFalse(kernel.channel.failure().isDone());
      assertEquals(0, kernel.channel.status().failed());
      assertEquals(0, kernel.channel.inFlight());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EINVAL, Errno.EIO, Errno.EPERM, Errno.ENOMEM})
  void anyOtherErrorIsReportedAndEndsTheChannel(int errno) throws Exception {
    AtomicInteger reads = new AtomicInteger();
    try (Fake kernel = new Fake(SyscallNumber.READ, () -> reads.incrementAndGet() > 1, errno)) {
      kernel.serve(1);
      Throwable cause = kernel.channel.failure().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      assertEquals(errno, assertInstanceOf(LinuxException.class, cause).errno());
      assertTrue(kernel.channel.awaitEnd(PATIENCE_MILLIS));
      assertEquals(0, kernel.channel.inFlight());
    }
  }

  @Test
  void aReplyThatIsInterruptedIsWrittenAgain() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    try (Fake kernel =
        new Fake(SyscallNumber.WRITE, () -> writes.getAndIncrement() % 3 > 0, Errno.EINTR)) {
      kernel.serveAll();
      assertTrue(kernel.faults.failed() >= REQUESTS, "too few writes failed");
      assertEquals(0, kernel.channel.status().failed());
    }
  }

  /** The caller was killed, or the mount is gone: then there is nobody to tell. */
  @ParameterizedTest
  @ValueSource(ints = {Errno.ENOENT, Errno.ENODEV})
  void aReplyThatNobodyWaitsForIsNoFailure(int errno) throws Exception {
    AtomicInteger writes = new AtomicInteger();
    try (Fake kernel =
        new Fake(SyscallNumber.WRITE, () -> writes.getAndIncrement() % 2 == 0, errno)) {
      for (int i = 0; i < REQUESTS; i += 2) {
        kernel.send(i);
        kernel.awaitRequests(i + 1);
        kernel.send(i + 1);
        // Of every two replies only the second arrives, and no error in place of the first.
        kernel.receive(i + 1, 0);
      }
      kernel.awaitQuiet();
      assertEquals(REQUESTS, kernel.channel.status().requests());
      assertEquals(REQUESTS / 2, kernel.faults.failed());
      assertEquals(0, kernel.channel.status().failed());
    }
  }

  /** The kernel still waits for a reply, and takes an error. */
  @Test
  void aReplyThatIsRefusedBecomesAnError() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    try (Fake kernel =
        new Fake(SyscallNumber.WRITE, () -> writes.getAndIncrement() == 1, Errno.EINVAL)) {
      kernel.send(0);
      kernel.receive(0, 0);
      kernel.send(1);
      kernel.receive(1, -Errno.EIO);
      kernel.send(2);
      kernel.receive(2, 0);
      kernel.awaitQuiet();
      assertEquals(1, kernel.channel.status().failed());
    }
  }

  /** While requests wait in the channel for room, it waits in poll(2). */
  @Test
  void aWaitForTheDeviceThatIsInterruptedGoesOn() throws Exception {
    AtomicInteger polls = new AtomicInteger();
    CountDownLatch hold = new CountDownLatch(1);
    MountOptions options =
        MountOptions.builder("test").execution(Execution.DETACHED).maxInFlight(1).build();
    try (Fake kernel =
        new Fake(
            options,
            new Attributes(hold),
            SyscallNumber.POLL,
            SyscallFaults.ANY,
            () -> polls.getAndIncrement() % 2 == 0,
            Errno.EINTR)) {
      // With a slot left to read into, else it would not wait for the device.
      int waiting = SLOTS - 1;
      for (int i = 0; i < waiting; i++) {
        kernel.send(i);
      }
      kernel.awaitRequests(waiting);
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
      while (kernel.faults.failed() == 0 && System.nanoTime() - deadline < 0) {
        Thread.sleep(1);
      }
      assertTrue(kernel.faults.failed() > 0, "no wait failed");
      hold.countDown();
      for (int i = 0; i < waiting; i++) {
        kernel.receive(i, 0);
      }
      kernel.serveAll();
      assertEquals(0, kernel.channel.status().failed());
    }
  }

  /** The real device, never mounted. */
  @Test
  void aDeviceWithoutConnectionEndsTheChannelWithItsError() throws Exception {
    int device = FuseDevice.open();
    try (SlotRegion region = new SlotRegion(SLOTS, PAYLOAD);
        Session session = new Session(new Attributes(null), MountOptions.of("test"), SLOTS)) {
      DeviceChannel channel =
          new DeviceChannel(
              "channel-lost",
              Channel.UNPINNED,
              device,
              region.take(SLOTS, 0),
              region.take(0, 0),
              session);
      session.begin(List.of(channel));
      channel.prepare();
      channel.opened().join();
      channel.serve().join();
      Throwable cause = channel.failure().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      assertEquals(Errno.EPERM, assertInstanceOf(LinuxException.class, cause).errno());
      assertTrue(channel.awaitEnd(PATIENCE_MILLIS));
      channel.close();
    } finally {
      FileOps.close(device);
    }
  }

  /** Answers a request for attributes with the number of the node; once {@code hold} is open. */
  private record Attributes(CountDownLatch hold) implements FileSystem {
    @Override
    public void getattr(Request request, long node, long handle, AttributesReply reply) {
      try {
        if (hold != null && !hold.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
          throw new IllegalStateException("nobody opened");
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      reply.attributes().inode(node);
      reply.done();
    }
  }

  /** Whether the next call is to fail. */
  @FunctionalInterface
  private interface Fault {
    boolean now();
  }

  /** The other end of a running channel, one of whose calls fails now and then. */
  private static final class Fake implements AutoCloseable {
    private final UnixSocket[] pair = UnixSocket.pair();
    private final SlotRegion region;
    private final Session session;
    private final DeviceChannel channel;
    private final SyscallFaults faults;
    private int unique;

    Fake(int call, Fault fault, int errno) throws Exception {
      this(MountOptions.of("test"), new Attributes(null), call, 0, fault, errno);
    }

    /**
     * @param on 0: only calls about the device
     */
    Fake(MountOptions options, FileSystem files, int call, int on, Fault fault, int errno)
        throws Exception {
      int copies = options.execution() == Execution.DETACHED ? SLOTS : 0;
      region = new SlotRegion(SLOTS + copies, PAYLOAD);
      session = new Session(files, options, SLOTS);
      channel =
          new DeviceChannel(
              "channel-fake",
              Channel.UNPINNED,
              pair[1].fd(),
              region.take(SLOTS, 0),
              region.take(copies, 0),
              session);
      faults =
          new SyscallFaults(
              call, on == 0 ? pair[1].fd() : on, (_, _, _) -> fault.now() ? errno : 0);
      session.begin(List.of(channel));
      faults.run(() -> {
        channel.prepare();
        channel.opened().join();
        return channel.serve().join();
      });
    }

    void send(long number) throws LinuxException {
      pair[0].send(WireRequest.of(Opcode.GETATTR, 16).unique(number).node(number + 1).toBytes());
    }

    void receive(long number, int error) throws LinuxException {
      assertEquals(
          Poll.POLLIN,
          Poll.one(pair[0].fd(), Poll.POLLIN, PATIENCE_MILLIS),
          () -> "no reply: " + channel.status());
      byte[] message = pair[0].receive(PAYLOAD).orElseThrow().content();
      ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
      assertEquals(number, bytes.getLong(8));
      assertEquals(error, bytes.getInt(4));
      if (error == 0) {
        assertEquals(number + 1, bytes.getLong(16 + 16));
      }
    }

    void serve(int requests) throws LinuxException {
      for (int i = 0; i < requests; i++, unique++) {
        send(unique);
        receive(unique, 0);
      }
    }

    void serveAll() throws Exception {
      serve(REQUESTS);
      awaitQuiet();
    }

    void awaitRequests(int count) throws InterruptedException {
      for (int i = 0; i < PATIENCE_MILLIS && channel.status().requests() < count; i++) {
        Thread.sleep(1);
      }
      assertEquals(count, channel.status().requests());
    }

    void awaitQuiet() throws InterruptedException {
      for (int i = 0; i < PATIENCE_MILLIS && channel.inFlight() > 0; i++) {
        Thread.sleep(1);
      }
      assertEquals(0, channel.inFlight());
    }

    @Override
    public void close() throws Exception {
      pair[0].close();
      assertTrue(channel.awaitEnd(PATIENCE_MILLIS), () -> "it does not end: " + channel.status());
      awaitQuiet();
      session.close();
      channel.close();
      faults.close();
      pair[1].close();
      region.close();
    }
  }
}
