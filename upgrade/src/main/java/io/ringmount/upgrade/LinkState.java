package io.ringmount.upgrade;

import io.ringmount.channels.linux.EventFd;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a {@link WatchdogLink} and its reader share. Any thread; one at a time, so that what is sent
 * and what is remembered never differ.
 */
final class LinkState {
  private static final int PID = (int) ProcessHandle.current().pid();

  private final WatchdogLink.Hello hello;
  private final int generation;
  private final HeldDescriptors held;
  private final LinkStory story;

  /** Wakes the reader. */
  private final EventFd wake;

  /** Null while there is no watchdog. */
  private WatchdogPeer peer;

  private int watchdogPid;
  private boolean closed;

  LinkState(
      WatchdogLink.Hello hello,
      Message.Welcome welcome,
      WatchdogPeer peer,
      HeldDescriptors held,
      EventFd wake)
      throws LinuxException {
    this.hello = hello;
    this.peer = peer;
    this.held = held;
    this.wake = wake;
    generation = welcome.generation();
    story = new LinkStory(welcome.first());
    watchdogPid = peer.pid();
  }

  synchronized Optional<WatchdogPeer> peer() {
    return Optional.ofNullable(peer);
  }

  synchronized int watchdogPid() {
    return watchdogPid;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  synchronized Map<String, Integer> snapshot() {
    return held.snapshot();
  }

  synchronized int duplicate(String name) throws LinuxException {
    return held.duplicate(name);
  }

  synchronized Map<String, Integer> duplicates(Predicate<String> wanted) throws LinuxException {
    return held.duplicates(wanted);
  }

  synchronized void given(String name, int descriptor) {
    held.put(name, descriptor);
  }

  synchronized void taken(String name) {
    held.remove(name);
  }

  synchronized void takesOver() {
    story.takesOver();
  }

  synchronized void yieldsTo(int successor) {
    story.yieldsTo(successor);
  }

  synchronized void keep(String name, int descriptor) throws IOException {
    if (closed) {
      throw new IOException("the link to the watchdog is closed");
    }
    Message.Keep message = new Message.Keep(name);
    int duplicate = (int) LinuxException.check(FileOps.dup(descriptor), "dup", name);
    try {
      send(message, duplicate);
    } catch (LinuxException | RuntimeException e) {
      FileOps.close(duplicate);
      throw e;
    }
    held.put(name, duplicate);
    story.kept(name);
  }

  synchronized void drop(String name) {
    if (held.remove(name)) {
      story.dropped(name);
      tell(new Message.Drop(name));
    }
  }

  synchronized void tell(Message message) {
    story.told(message);
    try {
      send(message);
    } catch (LinuxException e) {
      throw new IllegalStateException(e); // Only a descriptor can be refused.
    }
  }

  private void send(Message message, int... descriptors) throws LinuxException {
    if (peer != null && !peer.send(message, descriptors)) {
      wake.signal(); // The reader finds out why.
    }
  }

  /** The watchdog is gone; says whether the mount depends on this daemon. */
  synchronized boolean lose() {
    if (peer != null) {
      peer.close();
      peer = null;
    }
    return story.phase().isNeeded();
  }

  /**
   * Hands everything to another watchdog; false when that is not wanted any more. What a daemon
   * before the one that serves had when it yielded is said before that it has yielded, what it has
   * kept since then after it.
   */
  synchronized boolean handBack(WatchdogPeer fresh) throws IOException {
    if (closed || peer != null || !story.phase().isNeeded()) {
      return false;
    }
    fresh.send(
        new Message.Hello(
            story.phase().role(),
            PID,
            generation,
            hello.stateVersion(),
            story.successor(),
            hello.programVersion()));
    give(fresh, name -> !story.isKeptSinceYield(name));
    for (Message each : story.again()) {
      fresh.send(each);
    }
    give(fresh, story::isKeptSinceYield);
    fresh.welcome(held);
    watchdogPid = fresh.pid();
    peer = fresh;
    wake.signal();
    return true;
  }

  private void give(WatchdogPeer fresh, Predicate<String> wanted) throws LinuxException {
    for (Map.Entry<String, Integer> each : held.snapshot().entrySet()) {
      if (wanted.test(each.getKey())) {
        fresh.send(new Message.Keep(each.getKey()), each.getValue());
      }
    }
  }

  /** What a daemon says first to the watchdog that started it. */
  static Message.Hello introduction(WatchdogLink.Hello hello) {
    return new Message.Hello(
        Message.Role.NEW, PID, 0, hello.stateVersion(), 0, hello.programVersion());
  }

  /** From now on the reader ends; false when this was called before. */
  synchronized boolean beginClose() {
    if (closed) {
      return false;
    }
    closed = true;
    wake.signal();
    return true;
  }

  /** Once the reader uses nothing any more. */
  synchronized void endClose() {
    lose();
    held.close();
    wake.close();
  }
}
