package io.ringmount.daemon.control;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers on the control socket of a daemon. A peer must be root or the daemon's own user; each has
 * a thread and a time limit of its own, and there are at most {@value #MOST_PEERS} at once.
 */
public final class ControlServer implements Closeable {
  static final int MOST_PEERS = 64;

  private static final int BACKLOG = 128;

  /** Before accepting again when the process has no descriptor to spare. */
  private static final long PAUSE_MILLIS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  /** Makes the answer to a request. */
  @FunctionalInterface
  public interface Answer {
    /**
     * @param arguments as the peer sent them: they may be anything; empty when it sent none
     * @return what becomes the answer's JSON
     * @throws JsonParseException when they make no sense
     */
    Object to(JsonObject arguments) throws IOException;
  }

  /** Who may ask. */
  @FunctionalInterface
  interface Admission {
    boolean admits(UserPrincipal user) throws IOException;
  }

  private final Path socket;
  private final Map<String, Answer> answers;
  private final Admission admission;
  private final Duration timeLimit;
  private final Semaphore peers = new Semaphore(MOST_PEERS);
  private final ServerSocketChannel server;

  /**
   * Listens.
   *
   * @param socket the file to make; one that is there is replaced in a moment
   * @param answers for each request's name, what makes the answer; called from many threads
   */
  public ControlServer(Path socket, Map<String, Answer> answers) throws IOException {
    this(socket, answers, Owners::isTrusted, ControlProtocol.TIME_LIMIT);
  }

  ControlServer(Path socket, Map<String, Answer> answers, Admission admission, Duration timeLimit)
      throws IOException {
    this.socket = socket;
    this.answers = Map.copyOf(answers);
    this.admission = admission;
    this.timeLimit = timeLimit;
    // Under another name first: whoever asks finds the old one or the new one.
    Path fresh = socket.resolveSibling("c." + ProcessHandle.current().pid());
    Files.deleteIfExists(fresh);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(fresh), BACKLOG);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
      Files.move(fresh, socket, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    Thread.ofPlatform().daemon().name("control").start(this::accept);
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel peer = server.accept();
        if (peers.tryAcquire()) {
          Thread.ofVirtual().name("control-peer").start(() -> serve(peer));
        } else {
          peer.close();
        }
      } catch (ClosedChannelException closed) {
        return;
      } catch (IOException e) {
        LOG.warn("cannot accept on {}: {}", socket, e.getMessage());
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(SocketChannel peer) {
    try (peer;
        Deadline _ = new Deadline(peer, timeLimit)) {
      UserPrincipal user = peer.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
      if (admission.admits(user)) {
        ControlProtocol.writeLine(peer, reply(peer));
      } else {
        ControlProtocol.writeLine(peer, error("user " + user.getName() + " may not ask"));
      }
    } catch (IOException e) {
      LOG.debug("dropped a peer of {}: {}", socket, e.toString());
    } finally {
      peers.release();
    }
  }

  private String reply(SocketChannel peer) throws IOException {
    String line = ControlProtocol.readLine(peer, ControlProtocol.LONGEST_REQUEST);
    String name = null;
    try {
      ControlProtocol.Request request = Json.parse(line, ControlProtocol.Request.class);
      name = request.request();
      Answer answer = name == null ? null : answers.get(name);
      if (answer == null) {
        return error("no such request");
      }
      return Json.line(Map.of("ok", Json.tree(answer.to(arguments(request)))));
    } catch (JsonParseException e) {
      return error("not a request");
    } catch (IOException | RuntimeException e) {
      LOG.warn("no answer to {}", name, e);
      return error("cannot answer: " + e);
    }
  }

  private static JsonObject arguments(ControlProtocol.Request request) {
    JsonElement given = request.arguments();
    if (given == null || given.isJsonNull()) {
      return new JsonObject();
    }
    if (given instanceof JsonObject arguments) {
      return arguments;
    }
    throw new JsonParseException("arguments are no object");
  }

  private static String error(String message) {
    return Json.line(Map.of("error", message));
  }

  /** Stops listening; the socket stays, as it may be another process's by now. */
  public void leave() throws IOException {
    server.close();
  }

  /** Stops listening and removes the socket. */
  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(socket);
  }
}
