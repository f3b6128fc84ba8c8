package io.ringmount.daemon.cli;

import io.ringmount.channels.FuseMount;
import io.ringmount.channels.RingMode;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LastingMemory;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Scheduling;
import io.ringmount.channels.linux.SharedMemory;
import io.ringmount.daemon.config.InvalidOptionsException;
import io.ringmount.daemon.config.LiveSettings;
import io.ringmount.daemon.config.MountSettings;
import io.ringmount.daemon.config.OptionTable;
import io.ringmount.daemon.control.ControlServer;
import io.ringmount.daemon.control.Json;
import io.ringmount.daemon.control.MountRecord;
import io.ringmount.daemon.control.ProcessIdentity;
import io.ringmount.daemon.control.RunDirectory;
import io.ringmount.daemon.control.RunRoot;
import io.ringmount.upgrade.OrderMemory;
import io.ringmount.upgrade.StateVersion;
import io.ringmount.upgrade.VaultName;
import io.ringmount.upgrade.WatchdogLink;
import io.ringmount.upgrade.WatchdogStarter;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the processes that serve a mount one after the other, as the watchdog wants. What the
 * watchdog says, signals and the end of the mount become events, which one thread handles:
 *
 * <pre>
 *   first:   mount ──► SERVING ──► (yield) ──► LEAVING ──► the end
 *   later:   inherit ─► READY ─► (take over) ─► SERVING ─► …
 * </pre>
 */
final class SupervisedDaemon implements WatchdogLink.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(SupervisedDaemon.class);

  /** How often the mount and the threads are looked at. */
  private static final long GLANCE_MILLIS = 500;

  /** How often a standby learns what the one that serves has changed. */
  private static final long FOLLOW_MILLIS = 100;

  /** How often it is looked whether everything is answered, once the mount is left. */
  private static final long DRAIN_MILLIS = 5;

  private static final long RECONNECT_MILLIS = 1_000;

  /** Something to react to. No sealed type: a switch over one is linked when it is first used. */
  private enum Event {
    NOTHING,
    TAKE_OVER,
    YIELD,
    PREDECESSOR_GONE,
    STOP,
    WATCHDOG_LOST,
    NOT_NEEDED
  }

  private final RunRoot root;
  private final RunDirectory directory;
  private final String name;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final ProcessIdentity self = ProcessIdentity.current();

  /** The memory of this process lasts while it is open; the watchdog's once this one serves. */
  private OptionalInt memory;

  /** Written by the link's thread. */
  private volatile boolean predecessorLives;

  /** Whether the daemon before lives. Made early: to link it takes a millisecond. */
  private final BooleanSupplier predecessor = () -> predecessorLives;

  private WatchdogLink link;
  private WatchdogStarter starter;
  private Service service;
  private ControlServer control;
  private Pulse pulse;

  /**
   * @param name of the mount, for {@code ps}
   */
  SupervisedDaemon(RunRoot root, RunDirectory directory, String name) throws IOException {
    this.root = root;
    this.directory = directory;
    this.name = name;
  }

  /** Does all of it; returns when this process has nothing left to do. */
  void run() throws IOException, InvalidOptionsException, InterruptedException {
    memory = beginLastingMemory();
    StopSignals signals = StopSignals.install();
    WatchdogLink.Hello hello = new WatchdogLink.Hello(StateVersion.CURRENT, Version.current());
    try (WatchdogLink connected = WatchdogLink.connect(directory.watchdogSocket(), hello, this)) {
      link = connected;
      try {
        begin();
        signals.onStop(() -> events.add(Event.STOP));
        while (handle(next()) && !hasEnded()) {
          pulse.beat();
        }
      } catch (Exception | Error e) {
        LOG.error("the daemon of {} failed", directory.path(), e);
        link.failed(Json.line(DaemonMessages.Report.of(e)));
        throw e;
      }
    }
  }

  /** First, as it wants no files open. Without it the end of this process takes some time more. */
  private static OptionalInt beginLastingMemory() {
    try {
      return OptionalInt.of(LastingMemory.begin());
    } catch (LinuxException e) {
      LOG.warn("the end of this process will take longer: {}", e.getMessage());
      return OptionalInt.empty();
    }
  }

  /** At its end the thread is urgent, as applications wait while it hands over. */
  private void begin() throws IOException, InvalidOptionsException, InterruptedException {
    DaemonMessages.Order order = Json.parse(link.order(), DaemonMessages.Order.class);
    MountSettings settings = order.settings();
    starter = DaemonLauncher.watchdog(root, directory, name, settings.get(OptionTable.STANDBY));
    if (link.isFirst()) {
      service = Service.mount(settings, directory, link);
      beginPulse(settings);
      serve(System.nanoTime());
      ClassLoading.loadAll();
      Scheduling.beginUrgent();
    } else {
      service = Service.inherit(settings, directory, link);
      warmUp();
      beginPulse(settings);
      link.ready();
      Scheduling.beginUrgent();
    }
  }

  /** Not before: until it is ready a daemon may take the time that a busy machine needs. */
  private void beginPulse(MountSettings settings) throws IOException {
    pulse = Pulse.start(link, settings.get(OptionTable.HANG_LIMIT));
  }

  /** As long as the predecessor serves: then every moment counts. */
  private void warmUp() throws IOException, InvalidOptionsException, InterruptedException {
    Optional<MountRecord> predecessor = directory.record();
    BooleanSupplier serves = () -> predecessor.filter(of -> of.process().isAlive()).isPresent();
    if (serves.getAsBoolean()) {
      service.rehearse(serves);
    }
    if (serves.getAsBoolean()) {
      ClassLoading.loadAll();
      service.follow();
      // Else what was left behind here is collected just when applications wait.
      System.gc();
    }
  }

  /** From here on this process is the one that commands ask. */
  private void serve(long sinceNanos) throws IOException {
    FuseMount mount = service.mount();
    pulse.watch(mount);
    register();
    service.count(link);
    control =
        new ControlServer(
            directory.socket(),
            DaemonAnswers.of(service, () -> OptionalLong.of(link.watchdogPid()), this::remember));
    link.serving(Json.line(DaemonMessages.Report.of(mount)), mount.connectionId(), sinceNanos);
    keepMemory();
    if (!link.isFirst()) {
      service.serveCache();
    }
  }

  /**
   * Takes the place of the predecessor's, which is given back now: nobody waits for that. Rings
   * without a guard live as long as their memory, which the kernel must have back at once.
   */
  private void keepMemory() {
    boolean unguarded = service.mount().ringMode().equals(Optional.of(RingMode.BOUNDED));
    if (memory.isPresent() && !unguarded) {
      try {
        link.keep(VaultName.MEMORY, memory.getAsInt());
      } catch (IOException e) {
        LOG.warn("the end of this process will take longer: {}", e.getMessage());
      }
    } else {
      link.drop(VaultName.MEMORY);
    }
    memory.ifPresent(FileOps::close);
  }

  private void register() throws IOException {
    Daemon.register(
        directory, self, ProcessIdentity.of(link.watchdogPid()), service.mount().connectionId());
  }

  /** Successors are to have the settings of now. */
  private void remember(LiveSettings live) {
    String order = Json.line(DaemonMessages.Order.of(service.settings()).with(live));
    try (SharedMemory memory = OrderMemory.create(order)) {
      link.keep(VaultName.ORDER, memory.fd());
    } catch (IOException e) {
      LOG.warn("a later daemon will not have the settings of now: {}", e.getMessage());
    }
  }

  private Event next() throws InterruptedException {
    long millis = isStandby() ? FOLLOW_MILLIS : GLANCE_MILLIS;
    Event event = events.poll(millis, TimeUnit.MILLISECONDS);
    return event == null ? Event.NOTHING : event;
  }

  private boolean isStandby() {
    return control == null;
  }

  /** Returns whether to go on. */
  private boolean handle(Event event) throws IOException, InterruptedException {
    return switch (event) {
      case NOTHING -> {
        if (isStandby()) {
          service.follow();
        }
        yield true;
      }
      case TAKE_OVER -> {
        takeOver();
        yield true;
      }
      case YIELD -> {
        leave();
        yield false;
      }
      case PREDECESSOR_GONE -> {
        if (!service.predecessorEnded()) {
          // The next one gets all requests anew, from both.
          LOG.warn("the daemon before ended with requests; starting afresh");
          Runtime.getRuntime().halt(CommandFailure.FAILED);
        }
        yield true;
      }
      case STOP -> {
        unmount();
        yield false;
      }
      case WATCHDOG_LOST -> reconnect();
      case NOT_NEEDED -> false;
    };
  }

  private void takeOver() throws IOException {
    service.takeOver(predecessor);
    long now = System.nanoTime();
    // The rest nobody waits for, and it must not keep applications waiting.
    Scheduling.endUrgent();
    serve(now);
    LOG.info(
        "generation {} serves {}, {} us after the one before stopped",
        service.generation(),
        service.mount().mountpoint(),
        TimeUnit.NANOSECONDS.toMicros(service.mount().pauseNanos()));
    Scheduling.beginUrgent();
  }

  /** Leaves the mount to a successor, and ends what this process has begun. */
  private void leave() throws IOException, InterruptedException {
    long now = System.nanoTime();
    if (!service.mount().leavesWithoutLoss()) {
      // The successor is ready, and goes on with all requests as after a crash.
      LOG.info(
          "generation {} ends to leave {}", service.generation(), service.mount().mountpoint());
      service.mount().endServing();
      Runtime.getRuntime().halt(0);
    }
    service.quiesce();
    // The successor takes over what this process knows while the kernel ends the channels.
    link.yielded(now);
    service.mount().leave();
    // The successor serves: its applications need the processors more than what is left here.
    Scheduling.endUrgent();
    pulse.leave();
    while (!service.mount().isDrained()) {
      TimeUnit.MILLISECONDS.sleep(DRAIN_MILLIS);
      pulse.beat();
    }
    link.drained();
    control.leave();
    LOG.info("generation {} has left {}", service.generation(), service.mount().mountpoint());
  }

  /** Unmounts, if this process serves. */
  private void unmount() throws IOException {
    if (isStandby()) {
      return;
    }
    pulse.stop();
    service.close();
    ended();
  }

  /** Whether the mount was undone by somebody. */
  private boolean hasEnded() throws IOException, InterruptedException {
    if (isStandby() || !service.mount().awaitEnd(java.time.Duration.ZERO)) {
      return false;
    }
    pulse.stop();
    service.close();
    ended();
    return true;
  }

  private void ended() throws IOException {
    LOG.info("unmounted {}", service.mount().mountpoint());
    control.close();
    root.release(directory, self);
    link.ended();
  }

  private boolean reconnect() throws InterruptedException {
    while (true) {
      try {
        link.reconnect(starter);
        register();
        LOG.warn(
            "the watchdog of {} had ended; process {} has taken its place",
            service.mount().mountpoint(),
            link.watchdogPid());
        return true;
      } catch (IOException e) {
        LOG.error("no watchdog can be had: {}", e.getMessage());
        TimeUnit.MILLISECONDS.sleep(RECONNECT_MILLIS);
      }
    }
  }

  // ---- what the watchdog says, on the link's thread --------------------------------------------

  @Override
  public void takeOver(int predecessor, boolean dead) {
    predecessorLives = !dead;
    events.add(Event.TAKE_OVER);
  }

  @Override
  public void yield() {
    events.add(Event.YIELD);
  }

  @Override
  public void predecessorGone() {
    predecessorLives = false;
    events.add(Event.PREDECESSOR_GONE);
  }

  @Override
  public void stop() {
    events.add(Event.STOP);
  }

  @Override
  public void lost(boolean needed) {
    events.add(needed ? Event.WATCHDOG_LOST : Event.NOT_NEEDED);
  }
}
