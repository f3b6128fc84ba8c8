package io.ringmount.upgrade;

import io.ringmount.channels.Custody;
import io.ringmount.channels.linux.EventFd;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The daemon's end of its connection to the watchdog.
 *
 * <p>What the daemon tells is remembered, so that it can be told again to a watchdog that was
 * started in place of one that ended ({@link #reconnect}); while there is none, nothing that is
 * told fails. Any thread may call; the listener is called on a thread of this object's.
 */
public final class WatchdogLink implements Custody, AutoCloseable {
  /**
   * Who the daemon is.
   *
   * @param stateVersion of the shared memory that it writes
   * @param programVersion for people
   */
  public record Hello(int stateVersion, String programVersion) {}

  /**
   * What the watchdog wants. While a call runs no other is made, so a long one delays the next;
   * none may throw.
   */
  public interface Listener {
    /**
     * Serve from now on, then say so with {@link #serving}.
     *
     * @param predecessor pid of the daemon before
     * @param dead it has ended; else it begins no request any more but works on some still, and
     *     {@link #predecessorGone} will follow
     */
    void takeOver(int predecessor, boolean dead);

    /**
     * Take no more requests and say so with {@link #yielded}; finish what is under way and say so
     * with {@link #drained}; then end.
     */
    void yield();

    /** The daemon before, that was still at work, has ended. */
    void predecessorGone();

    /**
     * End: this daemon is not needed, or, when it serves, unmount and say so with {@link #ended}.
     */
    void stop();

    /**
     * The watchdog has ended, or does not know this daemon any more.
     *
     * @param needed whether the mount depends on this daemon, so that it must {@link #reconnect};
     *     else it must end
     */
    void lost(boolean needed);
  }

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  private final Path path;
  private final Message.Welcome welcome;
  private final LinkState state;
  private final Thread reader;

  private WatchdogLink(
      Path path, Message.Welcome welcome, LinkState state, Listener listener, EventFd wake) {
    this.path = path;
    this.welcome = welcome;
    this.state = state;
    reader =
        Thread.ofPlatform()
            .name("watchdog-link")
            .daemon()
            .start(new LinkReader(state, listener, wake));
  }

  /**
   * Connects to the watchdog that started this process, and returns when it has given all it holds.
   *
   * @param socket the watchdog's; need not be there yet
   */
  public static WatchdogLink connect(Path socket, Hello hello, Listener listener)
      throws IOException {
    WatchdogPeer peer = WatchdogPeer.connect(socket, CONNECT_LIMIT);
    HeldDescriptors held = new HeldDescriptors();
    try {
      peer.send(LinkState.introduction(hello));
      Message.Welcome welcome = peer.welcome(held);
      EventFd wake = EventFd.create();
      LinkState state = new LinkState(hello, welcome, peer, held, wake);
      return new WatchdogLink(socket, welcome, state, listener, wake);
    } catch (IOException e) {
      held.close();
      peer.close();
      throw e;
    }
  }

  /** Counts the daemons of this mount, from 1. */
  public int generation() {
    return welcome.generation();
  }

  /** Whether this daemon makes the mount; else it waits for {@link Listener#takeOver}. */
  public boolean isFirst() {
    return welcome.first();
  }

  /** Process of the watchdog, or of the last one when there is none at the moment. */
  public int watchdogPid() {
    return state.watchdogPid();
  }

  /**
   * All that is kept at the moment, by name: what the watchdog has given and what this daemon has
   * had kept. The descriptors belong to this object: it closes one when the name is dropped, taken
   * or kept anew, and all in {@link #close}. Whoever needs one longer takes a {@link #duplicate}.
   */
  public Map<String, Integer> inherited() {
    return state.snapshot();
  }

  /**
   * A descriptor of what is kept under a name; the caller's.
   *
   * @throws IllegalArgumentException when nothing is
   */
  public int duplicate(String name) throws LinuxException {
    return state.duplicate(name);
  }

  /** Descriptors of all that is kept at the moment and has a wanted name; the caller's. */
  public Map<String, Integer> duplicates(Predicate<String> wanted) throws LinuxException {
    return state.duplicates(wanted);
  }

  /** The text of what to mount. */
  public String order() throws LinuxException {
    int descriptor = duplicate(VaultName.ORDER);
    try {
      return OrderMemory.read(descriptor);
    } finally {
      FileOps.close(descriptor);
    }
  }

  @Override
  public void keep(String name, int descriptor) throws IOException {
    state.keep(name, descriptor);
  }

  @Override
  public void drop(String name) {
    state.drop(name);
  }

  /** Says that this standby could serve. */
  public void ready() {
    state.tell(new Message.Ready());
  }

  /**
   * Says that this daemon serves.
   *
   * @param report one line for whoever makes the mount, or asked for the upgrade
   * @param connection number of the FUSE connection
   * @param sinceNanos when it began, by {@link System#nanoTime}
   */
  public void serving(String report, int connection, long sinceNanos) {
    state.tell(new Message.Serving(report, connection, sinceNanos));
  }

  /**
   * Says that this daemon begins no request any more, though the kernel may still bring it some.
   *
   * @param sinceNanos when it stopped, by {@link System#nanoTime}
   */
  public void yielded(long sinceNanos) {
    state.tell(new Message.Yielded(sinceNanos));
  }

  /** Says that nothing this daemon had is unanswered, and that it ends next. */
  public void drained() {
    state.tell(new Message.Drained());
  }

  /**
   * Says that this daemon cannot serve, and ends next.
   *
   * @param report one line for whoever makes the mount, or asked for the upgrade
   */
  public void failed(String report) {
    state.tell(new Message.Failed(report));
  }

  /** Says that the mount is gone, and that this daemon ends next. */
  public void ended() {
    state.tell(new Message.Ended());
  }

  /**
   * Gives everything to another watchdog, after {@link Listener#lost}: one that runs already or one
   * that is started now. Any thread, the listener's too.
   *
   * @throws IOException when there is none after some seconds; may be called again
   */
  public void reconnect(WatchdogStarter starter) throws IOException {
    WatchdogRevival.run(path, starter, state);
  }

  /** Tells nobody anything: to the watchdog it is as if this process had ended. */
  @Override
  public void close() {
    if (!state.beginClose()) {
      return;
    }
    boolean interrupted = false;
    while (!Thread.currentThread().equals(reader) && reader.isAlive()) {
      try {
        reader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    state.endClose();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
