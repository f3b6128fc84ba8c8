package io.ringmount.bench.torture;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Who serves a mount, as {@code ringmount status --json} has it, but asked without starting a
 * program.
 *
 * @param daemonPid the serving process
 * @param watchdogPid 0: there is none
 * @param generation rises with each daemon
 */
record ServiceState(long daemonPid, long watchdogPid, int generation) {
  private static final String REQUEST = "{\"request\":\"status\"}\n";

  /** A daemon that has just been killed leaves its socket: somebody listens, nobody answers. */
  private static final long LIMIT_MILLIS = 1000;

  private static final long RETRY_NANOS = 5_000_000;

  private static final ScheduledExecutorService LIMITS =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("status-limit").factory());

  /**
   * Asks through a control socket.
   *
   * @throws IOException when there is no answer within a second
   */
  static ServiceState ask(Path socket) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
    while (true) {
      try {
        return askOnce(socket);
      } catch (ConnectException betweenTwoDaemons) {
        if (System.nanoTime() - deadline > 0) {
          throw betweenTwoDaemons;
        }
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }

  private static ServiceState askOnce(Path socket) throws IOException {
    try (SocketChannel server = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      ScheduledFuture<?> limit =
          LIMITS.schedule(
              () -> {
                server.close();
                return null;
              },
              LIMIT_MILLIS,
              TimeUnit.MILLISECONDS);
      try {
        server.connect(UnixDomainSocketAddress.of(socket));
        server.write(ByteBuffer.wrap(REQUEST.getBytes(StandardCharsets.US_ASCII)));
        BufferedReader in = new BufferedReader(Channels.newReader(server, StandardCharsets.UTF_8));
        return parse(in.readLine());
      } finally {
        limit.cancel(false);
      }
    }
  }

  /** Reads a reply's line; null: there was none. */
  static ServiceState parse(String line) throws IOException {
    if (line == null) {
      throw new IOException("the daemon ended before it answered");
    }
    try {
      JsonObject status = JsonParser.parseString(line).getAsJsonObject().getAsJsonObject("ok");
      JsonElement watchdog = status.get("watchdogPid");
      return new ServiceState(
          status.get("daemonPid").getAsLong(),
          watchdog == null || watchdog.isJsonNull() ? 0 : watchdog.getAsLong(),
          status.get("generation").getAsInt());
    } catch (JsonParseException | IllegalStateException | NullPointerException e) {
      throw new IOException("not a status: " + line, e);
    }
  }
}
