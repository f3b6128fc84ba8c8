package io.ringmount.watchdog;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.upgrade.Message;
import io.ringmount.watchdog.DaemonProcess.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The daemons of the mount and what each is for: at most one that serves, one candidate to replace
 * it, and one predecessor that still drains. Decides nothing.
 */
final class DaemonRoster {
  /** What a daemon is for. */
  enum Part {
    CANDIDATE,
    SERVING,
    DRAINING,
    /** Nothing any more; its end is awaited. */
    NONE
  }

  /** Who wants to know when one ends; it is off the roster then. */
  interface Exits {
    void exited(DaemonProcess daemon, Part part);
  }

  private final EventLoop loop;
  private final DaemonStarter starter;
  private final GenerationCounter generations;
  private final Exits exits;

  /** All that have not ended. */
  private final List<DaemonProcess> alive = new ArrayList<>();

  private Optional<DaemonProcess> candidate = Optional.empty();
  private Optional<DaemonProcess> serving = Optional.empty();
  private Optional<DaemonProcess> draining = Optional.empty();

  DaemonRoster(EventLoop loop, DaemonStarter starter, GenerationCounter generations, Exits exits) {
    this.loop = loop;
    this.starter = starter;
    this.generations = generations;
    this.exits = exits;
  }

  Optional<DaemonProcess> candidate() {
    return candidate;
  }

  Optional<DaemonProcess> serving() {
    return serving;
  }

  Optional<DaemonProcess> draining() {
    return draining;
  }

  /** The one of them that is this process and was started here, or was known before. */
  Optional<DaemonProcess> find(int pid) {
    for (DaemonProcess each : alive) {
      if (each.pid() == pid) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  boolean isEmpty() {
    return alive.isEmpty();
  }

  Part partOf(DaemonProcess daemon) {
    Optional<DaemonProcess> wanted = Optional.of(daemon);
    if (wanted.equals(serving)) {
      return Part.SERVING;
    }
    if (wanted.equals(candidate)) {
      return Part.CANDIDATE;
    }
    return wanted.equals(draining) ? Part.DRAINING : Part.NONE;
  }

  /** Starts a candidate. */
  DaemonProcess start(List<String> command) throws IOException {
    Process process = starter.start(command);
    return enlist(process, command, false);
  }

  /** Makes a process that was started a candidate. */
  DaemonProcess enlist(Process process, List<String> command, boolean first) throws LinuxException {
    DaemonStarter.prepare(process);
    int pid = (int) process.pid();
    DaemonProcess daemon =
        new DaemonProcess(loop, pid, Optional.of(process), command, generations.next(), first);
    candidate = Optional.of(add(daemon));
    return daemon;
  }

  /** Takes over a daemon that was there before, as the one that serves or drains. */
  DaemonProcess adopt(Message.Hello hello, Stage stage) throws IOException {
    generations.seen(hello.generation());
    List<String> command = DaemonStarter.commandOf(hello.pid());
    DaemonProcess daemon =
        new DaemonProcess(loop, hello.pid(), Optional.empty(), command, hello.generation(), false);
    daemon.stage(stage);
    add(daemon);
    if (stage == Stage.SERVING) {
      serving = Optional.of(daemon);
    } else {
      draining = Optional.of(daemon);
    }
    return daemon;
  }

  private DaemonProcess add(DaemonProcess daemon) {
    alive.add(daemon);
    daemon.watch(loop, () -> exited(daemon));
    return daemon;
  }

  /** The candidate serves. */
  void promote() {
    serving = candidate;
    candidate = Optional.empty();
    serving.ifPresent(each -> each.stage(Stage.SERVING));
  }

  /** The one that serves has stopped doing so. */
  void retire() {
    draining = serving;
    serving = Optional.empty();
    draining.ifPresent(each -> each.stage(Stage.DRAINING));
  }

  /** Nobody needs the candidate. */
  void discardCandidate() {
    candidate.ifPresent(DaemonRoster::kill);
    candidate = Optional.empty();
  }

  /** Ends a daemon at once; what part it had it has until it has ended. */
  static void kill(DaemonProcess daemon) {
    daemon.stage(Stage.ENDING);
    daemon.signal(PidFd.SIGKILL);
  }

  /** What one daemon has had kept or dropped is told to the others that may need it. */
  void tellOthers(DaemonProcess giver, Message message, int descriptor) {
    for (DaemonProcess each : alive) {
      Part part = partOf(each);
      if (!each.equals(giver) && (part == Part.SERVING || part == Part.CANDIDATE)) {
        each.send(message, descriptor);
      }
    }
  }

  /** As above, of what has no descriptor. */
  void tellOthers(DaemonProcess teller, Message message) {
    for (DaemonProcess each : alive) {
      Part part = partOf(each);
      if (!each.equals(teller) && (part == Part.SERVING || part == Part.CANDIDATE)) {
        each.send(message);
      }
    }
  }

  /** Gives a new daemon all there is. */
  void load(DaemonProcess daemon, Map<String, Integer> contents) {
    daemon.send(new Message.Welcome(daemon.generation(), daemon.isFirst()));
    for (Map.Entry<String, Integer> each : contents.entrySet()) {
      daemon.send(new Message.Given(each.getKey()), each.getValue());
    }
    daemon.send(new Message.Loaded());
  }

  private void exited(DaemonProcess daemon) {
    if (daemon.isConnected()) {
      // What it said last may be why it ended, or what must be kept.
      daemon.connection().drain();
    }
    Part part = partOf(daemon);
    switch (part) {
      case SERVING -> serving = Optional.empty();
      case CANDIDATE -> candidate = Optional.empty();
      case DRAINING -> draining = Optional.empty();
      case NONE -> {}
    }
    alive.remove(daemon);
    daemon.close();
    exits.exited(daemon, part);
  }

  /** Those whose heartbeat counts. */
  List<DaemonProcess> beating() {
    List<DaemonProcess> beating = new ArrayList<>();
    serving.ifPresent(beating::add);
    candidate.ifPresent(beating::add);
    draining.ifPresent(beating::add);
    return beating;
  }

  /** All that have not ended, whatever for. */
  List<DaemonProcess> alive() {
    return List.copyOf(alive);
  }
}
