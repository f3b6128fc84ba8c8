package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.ringmount.channels.device.DeviceChannel;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.linux.UnixSocket;
import io.ringmount.channels.metrics.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A running device channel, and in place of {@code /dev/fuse} a socket pair, which keeps the
 * borders of messages too: what the kernel says, and when, is up to the test.
 */
final class FakeKernel implements AutoCloseable {
  private static final int PAYLOAD = 64 << 10;
  private static final int PATIENCE_MILLIS = 20_000;

  /** The header of a reply. */
  record Reply(long unique, int error) {}

  private final UnixSocket[] pair = UnixSocket.pair();
  private final SlotRegion region;
  private final Session session;
  private final DeviceChannel channel;

  FakeKernel(int slots, FileSystem fileSystem, MountOptions options) throws IOException {
    int copies = options.execution() == Execution.DETACHED ? slots : 0;
    region = new SlotRegion(slots + copies, PAYLOAD);
    session = new Session(fileSystem, options, slots);
    channel =
        new DeviceChannel(
            "channel-fake",
            Channel.UNPINNED,
            pair[1].fd(),
            region.take(slots, 0),
            region.take(copies, 0),
            session);
    session.begin(List.of(channel));
    channel.prepare();
    channel.opened().join();
    channel.serve().join();
  }

  void send(WireRequest request) throws LinuxException {
    pair[0].send(request.toBytes());
  }

  void sendCut(WireRequest request, int length) throws LinuxException {
    pair[0].send(java.util.Arrays.copyOf(request.toBytes(), length));
  }

  Reply receive() throws LinuxException {
    if (Poll.one(pair[0].fd(), Poll.POLLIN, PATIENCE_MILLIS) == 0) {
      fail("no reply: " + channel.status());
    }
    byte[] message = pair[0].receive(PAYLOAD).orElseThrow().content();
    ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    return new Reply(bytes.getLong(8), bytes.getInt(4));
  }

  long value(Metric metric) throws IOException {
    return session.metrics().total().value(metric);
  }

  void awaitInFlight(int requests) throws InterruptedException {
    Eventually.equal(requests, channel::inFlight, () -> channel.status().toString());
  }

  /** Nothing is in flight, and no room is taken. */
  void assertQuiet() throws Exception {
    awaitInFlight(0);
    assertEquals(0, MountInternals.budget(channel).taken());
    if (session.budget() != null) {
      assertEquals(0, session.budget().taken());
    }
  }

  @Override
  public void close() throws LinuxException, InterruptedException {
    pair[0].close();
    if (!channel.awaitEnd(PATIENCE_MILLIS)) {
      fail("the channel does not end: " + channel.status());
    }
    // Whoever still has a request writes to its memory.
    awaitInFlight(0);
    session.close();
    channel.close();
    pair[1].close();
    region.close();
  }
}
