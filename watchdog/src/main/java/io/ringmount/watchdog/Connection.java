package io.ringmount.watchdog;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.linux.UnixSocket;
import io.ringmount.upgrade.MalformedMessageException;
import io.ringmount.upgrade.Message;
import io.ringmount.upgrade.MessageCodec;
import io.ringmount.upgrade.Packet;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * A connection from a daemon or a command. Nothing the peer does or fails to do makes it wait: what
 * the peer does not take is queued, and one that sends nonsense or takes nothing is dropped.
 */
final class Connection implements AutoCloseable {
  /** More than a mount could have to give away; a peer that lags so far behind is dropped. */
  private static final int LONGEST_QUEUE = 1 << 17;

  private static final int NO_DESCRIPTOR = -1;

  /** Who cares for what comes. */
  interface Owner {
    /** A message came; a descriptor that is not taken is closed. */
    void received(Connection from, Packet packet) throws MalformedMessageException;

    /** The peer has closed, or was dropped; the connection is closed. */
    void closed(Connection connection);
  }

  private record Waiting(byte[] bytes, int descriptor) {
    int[] descriptors() {
      return descriptor == NO_DESCRIPTOR ? new int[0] : new int[] {descriptor};
    }

    void close() {
      if (descriptor != NO_DESCRIPTOR) {
        FileOps.close(descriptor);
      }
    }
  }

  private final UnixSocket socket;
  private final UnixSocket.Peer peer;
  private final EventLoop.Watch watch;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private Owner owner;
  private boolean closed;

  /** Takes over a socket that was accepted. */
  Connection(EventLoop loop, UnixSocket socket, Owner owner) throws LinuxException {
    this.socket = socket;
    this.owner = owner;
    peer = socket.peer();
    LinuxException.check(FileOps.setNonBlocking(socket.fd(), true), "fcntl", "O_NONBLOCK");
    watch = loop.watch(socket.fd(), Poll.POLLIN, this::ready);
  }

  /** From now on another cares. */
  void handTo(Owner newOwner) {
    owner = newOwner;
  }

  UnixSocket.Peer peer() {
    return peer;
  }

  /** Sends, at once or when the peer takes it. */
  void send(Message message) {
    enqueue(new Waiting(MessageCodec.encode(message), NO_DESCRIPTOR));
  }

  /** Sends with a duplicate of a descriptor, which stays the caller's. */
  void send(Message message, int descriptor) {
    long duplicate = FileOps.dup(descriptor);
    if (duplicate < 0) {
      drop("descriptor for it: " + Errno.describe((int) -duplicate));
      return;
    }
    enqueue(new Waiting(MessageCodec.encode(message), (int) duplicate));
  }

  private void enqueue(Waiting message) {
    if (closed || queue.size() == LONGEST_QUEUE) {
      message.close();
      drop("it takes no messages");
      return;
    }
    queue.add(message);
    flush();
  }

  private void flush() {
    while (!queue.isEmpty()) {
      Waiting next = queue.getFirst();
      try {
        socket.send(next.bytes(), next.descriptors());
      } catch (LinuxException e) {
        if (e.errno() == Errno.EAGAIN) {
          watch.events(Poll.POLLIN | Poll.POLLOUT);
        } else {
          // What it has sent is still to be read; the end of that is the end.
          clearQueue();
          watch.events(Poll.POLLIN);
        }
        return;
      }
      queue.removeFirst().close();
    }
    watch.events(Poll.POLLIN);
  }

  private void ready(int found) {
    if ((found & Poll.POLLOUT) != 0) {
      flush();
    }
    if ((found & ~Poll.POLLOUT) != 0) {
      receive();
    }
  }

  /** Takes all that a peer has left which has ended. */
  void drain() {
    while (!closed && Poll.one(socket.fd(), Poll.POLLIN, 0) > 0) {
      receive();
    }
  }

  private void receive() {
    Optional<Packet> received;
    try {
      received = Packet.receive(socket);
    } catch (LinuxException e) {
      if (e.errno() == Errno.ECONNRESET) {
        finish();
      } else if (e.errno() != Errno.EAGAIN) {
        drop(e.getMessage());
      }
      return;
    } catch (MalformedMessageException e) {
      drop(e.getMessage());
      return;
    }
    if (received.isEmpty()) {
      finish();
      return;
    }
    try (Packet packet = received.get()) {
      owner.received(this, packet);
    } catch (MalformedMessageException e) {
      drop(e.getMessage());
    }
  }

  private void drop(String reason) {
    if (!closed) {
      Log.warn("drops the connection of process " + peer.pid() + ": " + reason);
      finish();
    }
  }

  private void finish() {
    if (!closed) {
      close();
      owner.closed(this);
    }
  }

  private void clearQueue() {
    while (!queue.isEmpty()) {
      queue.removeFirst().close();
    }
  }

  /** Closes without telling the owner; a second call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      watch.cancel();
      clearQueue();
      socket.close();
    }
  }
}
