package io.ringmount.watchdog;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.linux.UnixSocket;
import io.ringmount.upgrade.MalformedMessageException;
import io.ringmount.upgrade.Message;
import io.ringmount.upgrade.Packet;
import java.util.ArrayList;
import java.util.List;

/** Lets in who connects, until the first message tells who that is. */
final class Reception implements Connection.Owner, AutoCloseable {
  private static final int MOST_STRANGERS = 16;
  private static final int ROOT = 0;

  /** Who the strangers come to see. */
  interface Host {
    /**
     * A daemon came: hand the connection to another owner.
     *
     * @throws MalformedMessageException when it is none of this mount's
     */
    void hello(Connection from, Message.Hello hello) throws MalformedMessageException;

    /** A command came: hand the connection to another owner, or answer. */
    void upgrade(Connection from, String distribution);
  }

  private final EventLoop loop;
  private final UnixSocket listener;
  private final Host host;
  private final List<Connection> strangers = new ArrayList<>();
  private final int user = Credentials.effectiveUid();

  /**
   * @param listener owned by this object
   */
  Reception(EventLoop loop, UnixSocket listener, Host host) {
    this.loop = loop;
    this.listener = listener;
    this.host = host;
    loop.watch(listener.fd(), Poll.POLLIN, _ -> accept());
  }

  private void accept() {
    try {
      UnixSocket socket = listener.accept();
      UnixSocket.Peer peer = socket.peer();
      if (peer.uid() != ROOT && peer.uid() != user) {
        Log.warn("sends user " + Integer.toUnsignedString(peer.uid()) + " away");
        socket.close();
        return;
      }
      if (strangers.size() == MOST_STRANGERS) {
        strangers.removeFirst().close();
      }
      strangers.add(new Connection(loop, socket, this));
    } catch (LinuxException e) {
      Log.warn("cannot let in who connects: " + e.getMessage());
    }
  }

  @Override
  public void received(Connection from, Packet packet) throws MalformedMessageException {
    switch (packet.message()) {
      case Message.Hello hello -> {
        if (hello.pid() != from.peer().pid()) {
          throw new MalformedMessageException("process " + hello.pid() + " is another");
        }
        strangers.remove(from);
        host.hello(from, hello);
      }
      case Message.Upgrade(String distribution) -> {
        strangers.remove(from);
        host.upgrade(from, distribution);
      }
      case Message other ->
          throw new MalformedMessageException(
              other.getClass().getSimpleName() + " without a hello");
    }
  }

  @Override
  public void closed(Connection connection) {
    strangers.remove(connection);
  }

  @Override
  public void close() {
    for (Connection each : strangers) {
      each.close();
    }
    listener.close();
  }
}
