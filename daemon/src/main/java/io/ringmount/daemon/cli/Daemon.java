package io.ringmount.daemon.cli;

import io.ringmount.channels.Custody;
import io.ringmount.channels.FuseMount;
import io.ringmount.daemon.config.InvalidOptionsException;
import io.ringmount.daemon.config.MountSettings;
import io.ringmount.daemon.control.ControlServer;
import io.ringmount.daemon.control.MountRecord;
import io.ringmount.daemon.control.ProcessIdentity;
import io.ringmount.daemon.control.RunDirectory;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one mount in this process, from its making to its end, whoever ends it: a signal, an
 * unmount, a failure. The run directory's entry lives as long. There is no watchdog: the mount ends
 * with the process.
 */
final class Daemon {
  private static final Duration GLANCE = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  /** Is told when the mount is made; what it throws undoes the mount. */
  @FunctionalInterface
  interface Announcement {
    void serving(FuseMount mount) throws CommandFailure, IOException, InterruptedException;
  }

  private final MountSettings settings;
  private final RunRoot root;
  private final RunDirectory directory;

  Daemon(MountSettings settings, RunRoot root, RunDirectory directory) {
    this.settings = settings;
    this.root = root;
    this.directory = directory;
  }

  /** Mounts, serves, and returns when the mount is gone. */
  void run(Announcement announcement)
      throws CommandFailure, IOException, InvalidOptionsException, InterruptedException {
    StopSignals signals = StopSignals.install();
    ProcessIdentity self = ProcessIdentity.current();
    try (Service service = Service.mount(settings, directory, Custody.NONE);
        ControlServer _ =
            new ControlServer(
                directory.socket(), DaemonAnswers.of(service, OptionalLong::empty, _ -> {}))) {
      FuseMount mount = service.mount();
      signals.onStop(() -> close(mount));
      register(directory, self, Optional.empty(), mount.connectionId());
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

  private static void close(FuseMount mount) {
    try {
      mount.close();
    } catch (IOException e) {
      LOG.error("cannot unmount {}", mount.mountpoint(), e);
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

  /** Writes down who serves a mount. */
  static void register(
      RunDirectory directory,
      ProcessIdentity daemon,
      Optional<ProcessIdentity> watchdog,
      int connection)
      throws IOException {
    MountRecord there =
        directory
            .record()
            .orElseThrow(
                () -> new IOException("the run directory's entry is gone: " + directory.path()));
    directory.write(there.servedBy(daemon, watchdog, Version.current(), connection));
  }
}
