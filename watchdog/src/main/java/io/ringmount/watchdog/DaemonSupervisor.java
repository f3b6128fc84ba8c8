package io.ringmount.watchdog;

import static io.ringmount.watchdog.SupervisorState.ADOPTING;
import static io.ringmount.watchdog.SupervisorState.ENDING;
import static io.ringmount.watchdog.SupervisorState.PREPARING;
import static io.ringmount.watchdog.SupervisorState.PROBATION;
import static io.ringmount.watchdog.SupervisorState.RECOVERING;
import static io.ringmount.watchdog.SupervisorState.SERVING;
import static io.ringmount.watchdog.SupervisorState.STARTING;
import static io.ringmount.watchdog.SupervisorState.SWITCHING;
import static io.ringmount.watchdog.SupervisorState.YIELDING;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.upgrade.MalformedMessageException;
import io.ringmount.upgrade.Message;
import io.ringmount.watchdog.DaemonProcess.Stage;
import io.ringmount.watchdog.DaemonRoster.Part;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides who serves, see {@link SupervisorState}: starts daemons, replaces them when they end or
 * when an upgrade is asked for, and ends with the mount.
 */
final class DaemonSupervisor implements Reception.Host {
  /** For a daemon that has said its last word. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  private static final Duration UNMOUNT_LIMIT = Duration.ofSeconds(10);

  /** Between two tries to start a process where the system does not let us. */
  private static final Duration START_RETRY = Duration.ofSeconds(1);

  private final EventLoop loop;
  private final Limits limits;
  private final DescriptorVault vault;
  private final DaemonRoster roster;
  private final MountReport report = new MountReport();
  private final CrashCount crashes = new CrashCount();
  private final UpgradeDesk upgrades = new UpgradeDesk();
  private final Adoption adoption;
  private final WarmStandby warm;

  /** For the next step of the present state. */
  private final Alarm next;

  private SupervisorState state = STARTING;
  private List<String> command;

  /** Pid of the last daemon that served or tried to. */
  private int predecessor;

  /** When the one that serves was last asked to yield, by {@link System#nanoTime}. */
  private long askedNanos;

  private boolean stopWanted;
  private int exitCode;

  DaemonSupervisor(
      EventLoop loop,
      Limits limits,
      DescriptorVault vault,
      DaemonStarter starter,
      List<String> command,
      boolean standby) {
    this.loop = loop;
    this.limits = limits;
    this.vault = vault;
    this.command = command;
    roster = new DaemonRoster(loop, starter, new GenerationCounter(vault), this::exited);
    adoption = new Adoption(loop, roster, this::replace);
    next = new Alarm(loop);
    warm = new WarmStandby(standby, new Alarm(loop), this::startStandby);
  }

  /** What the process is to end with. */
  int exitCode() {
    return exitCode;
  }

  DaemonRoster roster() {
    return roster;
  }

  // ---- beginnings --------------------------------------------------------------------------

  /** Goes on from a process that was started to make the mount. */
  void begin(Process first) throws LinuxException {
    roster.enlist(first, command, true);
  }

  /** Waits for the daemon that serves already. */
  void adopt() {
    state = ADOPTING;
    adoption.begin(() -> end(1));
  }

  /** Goes on from a vault that was restored, with no daemon. */
  void resume() {
    replace();
  }

  @Override
  public void hello(Connection from, Message.Hello hello) throws MalformedMessageException {
    Optional<DaemonProcess> known = roster.find(hello.pid());
    DaemonProcess daemon =
        switch (hello.role()) {
          case NEW -> known.filter(each -> each.is(Stage.STARTING)).orElseThrow(this::stranger);
          case SERVING ->
              known.isPresent()
                  ? known.filter(each -> each.is(Stage.SERVING)).orElseThrow(this::stranger)
                  : adoptServing(hello);
          case YIELDED ->
              known.isPresent()
                  ? known.filter(each -> each.is(Stage.DRAINING)).orElseThrow(this::stranger)
                  : adoptDraining(hello);
        };
    daemon.hello(hello);
    daemon.connect(from);
    from.handTo(new DaemonConversation(daemon, this, roster, vault, limits));
    if (daemon.is(Stage.STARTING)) {
      daemon.stage(Stage.LOADING);
      roster.load(daemon, vault.contents());
    } else {
      roster.load(daemon, Map.of());
    }
  }

  private MalformedMessageException stranger() {
    return new MalformedMessageException("it is no daemon of this mount");
  }

  private DaemonProcess adoptServing(Message.Hello hello) throws MalformedMessageException {
    if (state != ADOPTING) {
      throw stranger();
    }
    DaemonProcess daemon = adoption.serving(hello);
    vault.dropUnconfirmed();
    command = daemon.command();
    settle();
    return daemon;
  }

  private DaemonProcess adoptDraining(Message.Hello hello) throws MalformedMessageException {
    if (!adoption.hasBegun() || roster.draining().isPresent()) {
      throw stranger();
    }
    DaemonProcess daemon = adoption.draining(hello, state != ADOPTING);
    command = state == ADOPTING ? daemon.command() : command;
    return daemon;
  }

  // ---- what daemons say --------------------------------------------------------------------

  void ready(DaemonProcess daemon) {
    daemon.limit().clear();
    upgrades.ready(daemon);
    if (state == PREPARING) {
      next.set(limits.rest(), () -> askToYield(daemon));
    } else {
      takeOverIfPossible();
    }
  }

  private void askToYield(DaemonProcess heir) {
    state = YIELDING;
    DaemonProcess old = roster.serving().orElseThrow();
    old.limit().set(limits.yield(), () -> tooSlow(old, "did not yield", limits.yield()));
    askedNanos = System.nanoTime();
    old.send(new Message.Yield(heir.pid()));
  }

  void yielded(long sinceNanos) {
    roster
        .serving()
        .ifPresent(each -> {
          each.limit().clear();
          predecessor = each.pid();
        });
    roster.retire();
    upgrades.yielded(sinceNanos);
    replace();
  }

  void serves(DaemonProcess daemon) {
    daemon.limit().clear();
    daemon.since(loop.nanoTime());
    roster.promote();
    command = daemon.command();
    Log.info(daemon + " serves");
    stopWanted |= daemon.isFirst() && !report.pass(daemon.serving().report());
    if (upgrades.isHopeful()) {
      state = PROBATION;
      upgrades.progress(daemon + " serves; watching it");
      next.set(limits.probation(), this::passed);
    } else {
      upgrades.fellBack(daemon);
      settle();
    }
    if (stopWanted) {
      daemon.send(new Message.Stop());
    }
  }

  private void passed() {
    upgrades.done(roster.serving().orElseThrow(), roster.draining().isEmpty());
    settle();
  }

  private void settle() {
    state = SERVING;
    next.clear();
    warm.want(crashes.delay());
  }

  void failed(DaemonProcess daemon, String text) {
    daemon.failure(text);
    daemon.killAfter(LAST_WORDS);
    if (state == STARTING) {
      report.pass(text);
    }
  }

  void ended(DaemonProcess daemon) {
    if (roster.partOf(daemon) == Part.DRAINING) {
      return; // The one that serves says so as well.
    }
    state = ENDING;
    next.clear();
    warm.clear();
    vault.close();
    upgrades.refuse("the mount was unmounted meanwhile");
    for (DaemonProcess each : roster.alive()) {
      if (each.stage().isMaster() || each.equals(daemon)) {
        each.killAfter(UNMOUNT_LIMIT);
      } else {
        DaemonRoster.kill(each);
      }
    }
  }

  void disconnected(DaemonProcess daemon) {
    if (!daemon.stage().isMaster()) {
      daemon.killAfter(LAST_WORDS);
    }
  }

  // ---- succession --------------------------------------------------------------------------

  /** Nobody serves: has the candidate do so, or one that is started now. */
  private void replace() {
    state = RECOVERING;
    next.clear();
    warm.clear();
    if (roster.candidate().isPresent()) {
      takeOverIfPossible();
    } else {
      next.set(crashes.delay(), this::startReplacement);
    }
  }

  /** As above, after a death: whoever drains ends as well, so that everything before is dead. */
  private void recover() {
    roster.draining().ifPresent(DaemonRoster::kill);
    replace();
  }

  private void startReplacement() {
    try {
      start(command);
    } catch (IOException e) {
      Log.warn("cannot start a daemon: " + e.getMessage());
      next.set(START_RETRY, this::startReplacement);
    }
  }

  private void startStandby() {
    if (state == SERVING && roster.candidate().isEmpty() && roster.draining().isEmpty()) {
      try {
        start(command);
      } catch (IOException e) {
        Log.warn("cannot start a standby: " + e.getMessage());
        warm.failed();
      }
    }
  }

  private DaemonProcess start(List<String> line) throws IOException {
    DaemonProcess daemon = roster.start(line);
    daemon.limit().set(limits.ready(), () -> tooSlow(daemon, "was not ready", limits.ready()));
    return daemon;
  }

  private void tooSlow(DaemonProcess daemon, String what, Duration limit) {
    daemon.failure(what + " within " + limit.toMillis() + " ms");
    DaemonRoster.kill(daemon);
  }

  private void takeOverIfPossible() {
    Optional<DaemonProcess> heir = roster.candidate().filter(each -> each.is(Stage.READY));
    Optional<DaemonProcess> draining = roster.draining();
    boolean dying = draining.isPresent() && draining.get().is(Stage.ENDING);
    if (state != RECOVERING || heir.isEmpty() || dying) {
      return;
    }
    DaemonProcess daemon = heir.get();
    daemon.stage(Stage.TAKING_OVER);
    daemon.limit().set(limits.serve(), () -> tooSlow(daemon, "did not serve", limits.serve()));
    state = SWITCHING;
    if (draining.isPresent()) {
      int pid = draining.get().pid();
      daemon.send(new Message.TakeOver(pid, false), draining.get().pidFd());
    } else {
      daemon.send(new Message.TakeOver(predecessor, true));
    }
  }

  // ---- ends --------------------------------------------------------------------------------

  private void exited(DaemonProcess daemon, Part part) {
    if (state == ENDING) {
      if (roster.isEmpty()) {
        loop.end();
      }
      return;
    }
    switch (part) {
      case SERVING -> servingExited(daemon);
      case CANDIDATE -> candidateExited(daemon, daemon.cause());
      case DRAINING -> drained(daemon);
      case NONE -> {}
    }
  }

  /** The cause is told last: to learn it takes a thread that others may keep from running. */
  private void servingExited(DaemonProcess daemon) {
    predecessor = daemon.pid();
    if (loop.nanoTime() - daemon.sinceNanos() > limits.settled().toNanos()) {
      crashes.settled();
    }
    if (state == YIELDING && daemon.exitCode() == 0) {
      // Some can only leave by ending.
      upgrades.yielded(askedNanos);
    } else {
      crashes.crashed();
    }
    if (state == PROBATION) {
      fallBack("the new daemon ended in its probation: " + daemon.cause());
    }
    recover();
    Log.warn(daemon + " has ended: " + daemon.cause());
  }

  private void candidateExited(DaemonProcess daemon, String cause) {
    Log.warn(daemon + " has ended before it served: " + cause);
    switch (state) {
      case STARTING -> end(Math.max(1, daemon.exitCode()));
      case PREPARING -> {
        upgrades.refuse("the new daemon ended before it was ready: " + cause);
        settle();
      }
      case YIELDING -> fallBack("the new daemon ended before it could take over: " + cause);
      case SWITCHING, RECOVERING -> {
        fallBack("the new daemon ended before it served: " + cause);
        if (state == SWITCHING) {
          predecessor = daemon.pid();
        }
        crashes.crashed();
        recover();
      }
      default -> warm.failed();
    }
  }

  private void drained(DaemonProcess daemon) {
    predecessor = roster.serving().isPresent() ? predecessor : daemon.pid();
    takeOverIfPossible();
    Log.info(daemon + " has ended: " + daemon.cause());
    if (state == SERVING) {
      warm.want(crashes.delay());
    }
  }

  private void end(int code) {
    exitCode = code;
    state = ENDING;
    vault.close();
    loop.end();
  }

  /** A signal asks this process to end: before there is a mount it does, later it unmounts. */
  void stop() {
    if (state == STARTING) {
      roster.candidate().ifPresent(DaemonRoster::kill);
      return;
    }
    stopWanted = true;
    roster.serving().ifPresent(each -> each.send(new Message.Stop()));
  }

  /** A daemon hangs: leaves a thread dump in the log and ends it. */
  void hangs(DaemonProcess daemon, String how) {
    Log.warn(daemon + " hangs: " + how);
    daemon.failure("hung");
    daemon.hangs(null);
    daemon.signal(PidFd.SIGQUIT);
    // One that is stopped can say nothing.
    daemon.signal(PidFd.SIGCONT);
    daemon.killAfter(limits.dump());
  }

  // ---- upgrades ----------------------------------------------------------------------------

  @Override
  public void upgrade(Connection from, String distribution) {
    Optional<DaemonProcess> serving = roster.serving().filter(DaemonProcess::isConnected);
    if (state != SERVING || serving.isEmpty()) {
      UpgradeDesk.turnDown(from, "the daemon is being replaced already; try again later");
    } else if (roster.draining().isPresent()) {
      UpgradeDesk.turnDown(
          from, "the daemon before still finishes what it began: " + roster.draining().get());
    } else {
      begin(new PlannedUpgrade(serving.get(), from), distribution);
    }
  }

  private void begin(PlannedUpgrade planned, String distribution) {
    try {
      List<String> line = planned.newCommand(distribution);
      roster.discardCandidate();
      warm.clear();
      upgrades.begin(planned);
      state = PREPARING;
      planned.progress("starts " + start(line));
    } catch (IOException e) {
      upgrades.begin(planned);
      upgrades.refuse(e.getMessage());
      settle();
    }
  }

  private void fallBack(String reason) {
    command = upgrades.fallBack(reason, command);
  }
}
