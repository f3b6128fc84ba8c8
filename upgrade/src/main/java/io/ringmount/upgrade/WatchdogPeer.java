package io.ringmount.upgrade;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A connection to one watchdog. One thread may send while another receives. */
final class WatchdogPeer implements AutoCloseable {
  /** A watchdog takes every message at once; one that does not for so long is stuck. */
  private static final int ROOM_LIMIT_MILLIS = 5_000;

  private static final int ANSWER_LIMIT_MILLIS = 10_000;
  private static final long RETRY_MILLIS = 3;

  private final UnixSocket socket;
  private volatile boolean stuck;

  private WatchdogPeer(UnixSocket socket) {
    this.socket = socket;
  }

  /** Connects as soon as a watchdog listens. */
  static WatchdogPeer connect(Path path, Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        return new WatchdogPeer(UnixSocket.connect(path));
      } catch (LinuxException e) {
        boolean notYet = e.errno() == Errno.ENOENT || e.errno() == Errno.ECONNREFUSED;
        if (!notYet || System.nanoTime() - deadline > 0) {
          throw e;
        }
      }
      pause();
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the watchdog", e);
    }
  }

  /** Stays owned by this object. */
  int fd() {
    return socket.fd();
  }

  int pid() throws LinuxException {
    return socket.peer().pid();
  }

  /** Whether it has stopped taking messages. */
  boolean isStuck() {
    return stuck;
  }

  /**
   * Sends.
   *
   * @return false when the watchdog has ended or is stuck
   * @throws LinuxException when it is the descriptor that cannot be sent
   */
  boolean send(Message message, int... descriptors) throws LinuxException {
    if (stuck) {
      return false;
    }
    if (Poll.one(socket.fd(), Poll.POLLOUT, ROOM_LIMIT_MILLIS) == 0) {
      stuck = true;
      return false;
    }
    try {
      socket.send(MessageCodec.encode(message), descriptors);
      return true;
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET) {
        return false;
      }
      throw e;
    }
  }

  /** Receives what is there, or waits; empty when the watchdog has ended. */
  Optional<Packet> receive() throws MalformedMessageException, LinuxException {
    try {
      return Packet.receive(socket);
    } catch (LinuxException e) {
      if (e.errno() == Errno.ECONNRESET) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Receives the answer to a hello.
   *
   * @param held gets what is given
   */
  Message.Welcome welcome(HeldDescriptors held) throws IOException {
    Message.Welcome welcome = null;
    while (true) {
      if (Poll.one(socket.fd(), Poll.POLLIN, ANSWER_LIMIT_MILLIS) == 0) {
        stuck = true;
        throw new IOException("the watchdog does not answer");
      }
      Packet packet =
          receive().orElseThrow(() -> new IOException("the watchdog does not want this daemon"));
      try (packet) {
        switch (packet.message()) {
          case Message.Welcome each -> welcome = each;
          case Message.Given(String name) -> held.put(name, packet.takeDescriptor());
          case Message.Taken(String name) -> held.remove(name);
          case Message.Loaded _ -> {
            if (welcome == null) {
              throw new MalformedMessageException("no welcome");
            }
            return welcome;
          }
          case Message other -> throw unexpected(other);
        }
      }
    }
  }

  static MalformedMessageException unexpected(Message message) {
    return new MalformedMessageException(message.getClass().getSimpleName() + " out of turn");
  }

  /** Ends a watchdog that is stuck, so that another can take its place. */
  void kill() {
    try (PidFd process = PidFd.open(pid())) {
      process.sendSignal(PidFd.SIGKILL);
      process.awaitExit(ANSWER_LIMIT_MILLIS);
    } catch (LinuxException gone) {
      return;
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
