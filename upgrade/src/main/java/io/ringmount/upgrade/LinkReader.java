package io.ringmount.upgrade;

import io.ringmount.channels.linux.EventFd;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.linux.Scheduling;
import java.util.Optional;

/** The thread of a {@link WatchdogLink} that takes what the watchdog says. */
final class LinkReader implements Runnable {
  private static final System.Logger LOG = System.getLogger(LinkReader.class.getName());
  private static final int NONE = -1;

  private final LinkState link;
  private final WatchdogLink.Listener listener;
  private final EventFd wake;

  /** A daemon before this one that still is at work; null for none. */
  private PidFd predecessor;

  LinkReader(LinkState link, WatchdogLink.Listener listener, EventFd wake) {
    this.link = link;
    this.listener = listener;
    this.wake = wake;
  }

  @Override
  public void run() {
    // Applications wait for what is said here.
    Scheduling.beginUrgent();
    while (!link.isClosed()) {
      await(link.peer().orElse(null));
    }
    if (predecessor != null) {
      predecessor.close();
    }
  }

  /** Waits for one event and handles it; the listener may close the link. */
  private void await(WatchdogPeer peer) {
    Poll poll = new Poll(3);
    int message = poll.add(peer == null ? NONE : peer.fd(), Poll.POLLIN);
    int woken = poll.add(wake.fd(), Poll.POLLIN);
    int gone = poll.add(predecessor == null ? NONE : predecessor.fd(), Poll.POLLIN);
    poll.await(Poll.FOREVER);
    if (poll.returned(woken) != 0) {
      wake.drain();
      if (peer != null && peer.isStuck()) {
        peer.kill();
        lose();
      }
    } else if (poll.returned(gone) != 0) {
      predecessor.close();
      predecessor = null;
      listener.predecessorGone();
    } else if (poll.returned(message) != 0) {
      receive(peer);
    }
  }

  private void receive(WatchdogPeer peer) {
    try {
      Optional<Packet> packet = peer.receive();
      if (packet.isPresent()) {
        try (Packet each = packet.get()) {
          handle(each);
        }
        return;
      }
    } catch (LinuxException | MalformedMessageException e) {
      LOG.log(System.Logger.Level.WARNING, "leaves its watchdog: " + e.getMessage());
    }
    lose();
  }

  private void lose() {
    boolean needed = link.lose();
    if (!link.isClosed()) {
      listener.lost(needed);
    }
  }

  private void handle(Packet packet) throws MalformedMessageException {
    switch (packet.message()) {
      case Message.Given(String name) -> link.given(name, packet.takeDescriptor());
      case Message.Taken(String name) -> link.taken(name);
      case Message.TakeOver(int pid, boolean dead) -> {
        predecessor = dead ? null : PidFd.adopt(packet.takeDescriptor());
        link.takesOver();
        listener.takeOver(pid, dead);
      }
      case Message.Yield(int successor) -> {
        link.yieldsTo(successor);
        listener.yield();
      }
      case Message.Stop _ -> listener.stop();
      case Message other -> throw WatchdogPeer.unexpected(other);
    }
  }
}
