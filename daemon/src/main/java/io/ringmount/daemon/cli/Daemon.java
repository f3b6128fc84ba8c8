package io.ringmount.daemon.cli;

import io.ringmount.channels.ChannelStatus;
import io.ringmount.channels.Execution;
import io.ringmount.channels.FuseMount;
import io.ringmount.channels.RingMode;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.ProcessControl;
import io.ringmount.channels.linux.Rlimit;
import io.ringmount.daemon.config.InvalidOptionsException;
import io.ringmount.daemon.config.LiveSettings;
import io.ringmount.daemon.config.MountSettings;
import io.ringmount.daemon.config.OptionTable;
import io.ringmount.daemon.control.ControlServer;
import io.ringmount.daemon.control.MountRecord;
import io.ringmount.daemon.control.MountStatus;
import io.ringmount.daemon.control.ProcessIdentity;
import io.ringmount.daemon.control.RunDirectory;
import io.ringmount.daemon.control.RunRoot;
import io.ringmount.daemon.fs.MirrorFileSystem;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one mount from its making to its end, whoever ends it: a signal, an unmount, a failure.
 * The run directory's entry lives as long.
 */
final class Daemon {
  /** More descriptors of files that nobody has open save too little for the memory they pin. */
  private static final int MOST_DESCRIPTORS = 64 << 10;

  private static final Duration GLANCE = Duration.ofSeconds(1);
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  /** Is told when the mount is made; what it throws undoes the mount. */
  @FunctionalInterface
  interface Announcement {
    void serving(FuseMount mount) throws CommandFailure, IOException, InterruptedException;
  }

  private final MountSettings settings;
  private final RunRoot root;
  private final RunDirectory directory;
  private final long startNanos = System.nanoTime();

  Daemon(MountSettings settings, RunRoot root, RunDirectory directory) {
    this.settings = settings;
    this.root = root;
    this.directory = directory;
  }

  /** Mounts, serves, and returns when the mount is gone. */
  void run(Announcement announcement)
      throws CommandFailure, IOException, InvalidOptionsException, InterruptedException {
    StopSignals signals = StopSignals.install();
    ProcessControl.setUmask(0);
    int descriptors = descriptorBudget(Rlimit.raiseOpenFiles());
    ProcessIdentity self = ProcessIdentity.current();
    try (MirrorFileSystem fileSystem =
            new MirrorFileSystem(settings.source(), settings.toMirrorOptions(descriptors));
        FuseMount mount =
            FuseMount.mount(
                fileSystem,
                settings.mountpoint(),
                settings.toMountOptions(Cpu.usable(), execution(fileSystem), directory.metrics()));
        ControlServer _ = new ControlServer(directory.socket(), answers(mount, self))) {
      signals.end(mount);
      register(self, mount.connectionId());
      LOG.info(
          "mounted {} on {}: transport {} ({}), {} channels",
          settings.source(),
          settings.mountpoint(),
          mount.transport().label(),
          mount.transportReason(),
          mount.channels().size());
      announce(announcement, mount, signals);
      while (!mount.awaitEnd(GLANCE)) {
        // The end of the mount, by whoever, is what this process waits for.
      }
      LOG.info("unmounted {}", settings.mountpoint());
    } catch (RuntimeException | Error e) {
      // Still open, the log takes what is to be said of this.
      root.keepLog(directory);
      throw e;
    } finally {
      root.release(directory, self);
    }
  }

  /** A mount that was told to end meanwhile need not answer. */
  private static void announce(Announcement announcement, FuseMount mount, StopSignals signals)
      throws CommandFailure, IOException, InterruptedException {
    try {
      announcement.serving(mount);
    } catch (CommandFailure | IOException e) {
      if (!signals.stopped()) {
        throw e;
      }
      LOG.debug("told to end before it was announced: {}", e.getMessage());
    }
  }

  private void register(ProcessIdentity self, int connection) throws IOException {
    MountRecord claimed =
        directory
            .record()
            .orElseThrow(
                () -> new IOException("the run directory's entry is gone: " + directory.path()));
    directory.write(claimed.mountedBy(self, connection));
  }

  /**
   * How many descriptors to keep for files that the kernel knows but nobody need have open. They
   * are a cache where file handles work, and what applications open takes its descriptors from the
   * same limit: so a quarter of it.
   *
   * @param limit of the process, -1 for none
   */
  private static int descriptorBudget(long limit) {
    return (int) (limit < 0 ? MOST_DESCRIPTORS : Math.min(limit / 4, MOST_DESCRIPTORS));
  }

  private Execution execution(MirrorFileSystem fileSystem) {
    return switch (settings.get(OptionTable.BACKEND_IO)) {
      case INLINE -> Execution.INLINE;
      case ASYNC -> Execution.DETACHED;
      case AUTO -> fileSystem.isRemote() ? Execution.DETACHED : Execution.INLINE;
    };
  }

  private Map<String, ControlServer.Answer> answers(FuseMount mount, ProcessIdentity self) {
    LiveSettings live = new LiveSettings(mount::tuning, mount::tune);
    return Map.of("status", _ -> status(mount, self, live), "tune", new TuneAnswer(mount, live));
  }

  private MountStatus status(FuseMount mount, ProcessIdentity self, LiveSettings live) {
    List<ChannelStatus> channels = mount.channels();
    int slots = channels.stream().mapToInt(ChannelStatus::slots).sum();
    return new MountStatus(
        mount.mountpoint().toString(),
        settings.source().toString(),
        mount.transport().label(),
        mount.transportReason(),
        mount.ringMode().map(RingMode::label).orElse(null),
        "none",
        1,
        Version.current(),
        self.pid(),
        null,
        (System.nanoTime() - startNanos) / NANOS_PER_SECOND,
        channels.stream()
            .map(each ->
                new MountStatus.Channel(
                    each.name(),
                    each.cpu(),
                    each.slots(),
                    Math.ceilDiv(each.busyPollNanos(), NANOS_PER_MICRO),
                    each.inFlight(),
                    each.requests(),
                    each.systemCalls(),
                    each.failed(),
                    each.malformed()))
            .toList(),
        Math.min(settings.get(OptionTable.MAX_INFLIGHT).orElse(slots), slots),
        settings.get(OptionTable.MEMORY_BUDGET),
        mount.memoryBytes(),
        live.values(),
        live.coreValues(),
        null);
  }
}
