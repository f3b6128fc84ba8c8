package io.ringmount.daemon.control;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.ringmount.daemon.cache.Cleaned;
import io.ringmount.daemon.cache.Verification;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Asks a daemon through its control socket. */
public final class ControlClient {
  private static final Duration HAND_OVER_LIMIT = Duration.ofSeconds(2);
  private static final long RETRY_NANOS = 10_000_000;

  private static final class NobodyListensException extends IOException {
    private static final long serialVersionUID = 1;

    NobodyListensException() {
      super("nobody listens on its control socket");
    }
  }

  private final Path socket;
  private final Duration timeLimit;

  public ControlClient(Path socket) {
    this(socket, ControlProtocol.TIME_LIMIT);
  }

  ControlClient(Path socket, Duration timeLimit) {
    this.socket = socket;
    this.timeLimit = timeLimit;
  }

  public MountStatus status() throws IOException {
    return ask("status", null, MountStatus.class);
  }

  /** Changes settings, or says what is wrong with the request. */
  public TuneReply tune(TuneRequest request) throws IOException {
    return ask("tune", Json.tree(request).getAsJsonObject(), TuneReply.class);
  }

  /** Has files be copied into the cache, and says how far that is. */
  public WarmReply warm(WarmRequest request) throws IOException {
    return ask("warm", Json.tree(request).getAsJsonObject(), WarmReply.class);
  }

  /** Has copies be evicted like others again. */
  public UnpinReply unpin(UnpinRequest request) throws IOException {
    return ask("unpin", Json.tree(request).getAsJsonObject(), UnpinReply.class);
  }

  /** Removes copies, as many as it can within a second. */
  public Cleaned clean(CleanRequest request) throws IOException {
    return ask("clean", Json.tree(request).getAsJsonObject(), Cleaned.class);
  }

  /** Has copies be compared to their checksums, and says how far that is. */
  public Verification verify(VerifyRequest request) throws IOException {
    return ask("verify", Json.tree(request).getAsJsonObject(), Verification.class);
  }

  /**
   * Asks and waits for the answer, for a limited time.
   *
   * @param arguments null: none
   * @throws IOException when there is no answer, or it is an error or not of this type
   */
  <T> T ask(String request, JsonObject arguments, Class<T> type) throws IOException {
    long deadline = System.nanoTime() + HAND_OVER_LIMIT.toNanos();
    while (true) {
      try {
        return askOnce(request, arguments, type);
      } catch (NobodyListensException e) {
        // Between two daemons of a mount there is none for a moment.
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }

  private <T> T askOnce(String request, JsonObject arguments, Class<T> type) throws IOException {
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("its control socket is missing");
    }
    // The time limit is for connecting too: with a full backlog that waits.
    try (SocketChannel server = SocketChannel.open(StandardProtocolFamily.UNIX);
        Deadline _ = new Deadline(server, timeLimit)) {
      server.connect(UnixDomainSocketAddress.of(socket));
      ControlProtocol.writeLine(server, Json.line(new ControlProtocol.Request(request, arguments)));
      String line = ControlProtocol.readLine(server, ControlProtocol.LONGEST_REPLY);
      JsonObject reply = Json.parse(line, JsonObject.class);
      if (!reply.has("ok")) {
        throw new IOException("the daemon says: " + reply.get("error"));
      }
      return Json.convert(reply.get("ok"), type);
    } catch (ClosedChannelException timeIsOver) {
      throw new IOException("it does not answer within " + timeLimit.toSeconds() + " s");
    } catch (ConnectException refused) {
      throw new NobodyListensException();
    } catch (EOFException ended) {
      throw new IOException("it ended before it answered");
    } catch (JsonParseException e) {
      throw new IOException("the daemon's answer makes no sense: " + e.getMessage(), e);
    }
  }
}
