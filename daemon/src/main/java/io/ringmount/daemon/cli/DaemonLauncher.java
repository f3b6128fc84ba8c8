package io.ringmount.daemon.cli;

import com.google.gson.JsonParseException;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.config.MountSettings;
import io.ringmount.daemon.config.OptionTable;
import io.ringmount.daemon.control.Json;
import io.ringmount.daemon.control.MountName;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.ProcessIdentity;
import io.ringmount.daemon.control.RunDirectory;
import io.ringmount.daemon.control.RunRoot;
import io.ringmount.upgrade.WatchdogStarter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes a mount by starting its watchdog, which starts the daemon, and returns when the mount
 * answers. When it does not, or when this process is told to end meanwhile, nothing is left behind:
 * no daemon, no mount, no entry.
 */
final class DaemonLauncher {
  /** From the start of the process to its report; a loaded machine may take seconds. */
  private static final Duration READY_LIMIT = Duration.ofSeconds(60);

  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

  private static final int LONGEST_LOG_LINE = 300;

  private final RunRoot root;
  private final MountTable mounts;

  DaemonLauncher(RunRoot root, MountTable mounts) {
    this.root = root;
    this.mounts = mounts;
  }

  /**
   * Mounts.
   *
   * @param settings with directories that {@link MountChecks} accepted
   */
  MountedDaemon mount(MountSettings settings)
      throws CommandFailure, IOException, InterruptedException {
    Path mountpoint = settings.mountpoint();
    RunDirectory entry = claim(root, settings);
    Attempt attempt = new Attempt(mountpoint, entry);
    Thread onEnd = Thread.ofPlatform().name("roll-back").unstarted(attempt::rollBack);
    Runtime.getRuntime().addShutdownHook(onEnd);
    try {
      attempt.start(settings);
      DaemonMessages.Report report = attempt.awaitReport();
      attempt.awaitAnswer(report.connection());
      attempt.succeeded();
      return new MountedDaemon(report.pid(), report.transport(), report.transportReason());
    } finally {
      attempt.rollBack();
      try {
        Runtime.getRuntime().removeShutdownHook(onEnd);
      } catch (IllegalStateException endingAlready) {
        // Then the hook does what is left to do.
      }
    }
  }

  /** Takes the run directory's entry for a mount. */
  static RunDirectory claim(RunRoot root, MountSettings settings)
      throws CommandFailure, IOException {
    Path mountpoint = settings.mountpoint();
    Optional<RunDirectory> entry = root.claim(mountpoint, settings.source(), Version.current());
    return entry.orElseThrow(() ->
        new CommandFailure(
            "another process is mounting or unmounting here",
            mountpoint.toString(),
            "wait, then see: ringmount list"));
  }

  /**
   * What starts the watchdog of a mount.
   *
   * @param name of the mount, for {@code ps}
   * @param standby whether it keeps a second daemon ready
   */
  static WatchdogStarter watchdog(RunRoot root, RunDirectory entry, String name, boolean standby) {
    // File names are UTF-8 for the daemon, whatever the caller's language.
    Map<String, String> environment =
        Map.of("LC_ALL", "C.UTF-8", RunRoot.VARIABLE, root.path().toString());
    return new WatchdogStarter(entry.watchdogSocket(), entry.log(), name, standby, environment);
  }

  /** One try, and its undoing. */
  private final class Attempt {
    private final Path mountpoint;
    private final RunDirectory entry;
    private Process process;
    private boolean ended;

    Attempt(Path mountpoint, RunDirectory entry) {
      this.mountpoint = mountpoint;
      this.entry = entry;
    }

    synchronized void start(MountSettings settings) throws IOException {
      if (ended) {
        throw new IOException("interrupted");
      }
      String name = MountName.escapeFully(mountpoint.toString());
      process =
          watchdog(root, entry, name, settings.get(OptionTable.STANDBY))
              .start(
                  JavaCommand.of(entry.crashReport(), "serve", name, entry.path().toString()),
                  Json.line(DaemonMessages.Order.of(settings)));
    }

    DaemonMessages.Report awaitReport() throws CommandFailure, IOException, InterruptedException {
      String line;
      try {
        line = TimeLimit.run(READY_LIMIT, "daemon-report", this::readLine);
      } catch (TimeoutException e) {
        throw new CommandFailure(
            "the daemon was not ready within " + READY_LIMIT.toSeconds() + " s",
            mountpoint.toString(),
            "does the backend answer? The log is " + root.keepLog(entry));
      } catch (ExecutionException e) {
        throw new CommandFailure("lost the daemon", mountpoint.toString(), e.getCause());
      }
      DaemonMessages.Report report;
      try {
        report = Json.parse(line, DaemonMessages.Report.class);
      } catch (JsonParseException e) {
        throw diedSilently();
      }
      if (report.error() != null) {
        throw report.unforeseen()
            ? new CommandFailure(
                report.error(), mountpoint.toString(), "the log is " + root.keepLog(entry))
            : failure(report.error());
      }
      return report;
    }

    /** Says where, if the daemon did not. */
    private CommandFailure failure(String error) {
      return error.contains(mountpoint.toString())
          ? CommandFailure.reported("cannot mount: " + error)
          : new CommandFailure("cannot mount", mountpoint.toString(), new IOException(error));
    }

    /** Synchronized, so that a roll-back under way ends before anything is said of it. */
    private synchronized CommandFailure diedSilently() throws IOException, InterruptedException {
      if (ended) {
        return new CommandFailure("interrupted", mountpoint.toString(), "nothing is left behind");
      }
      boolean exited = process.waitFor(1, TimeUnit.SECONDS);
      return new CommandFailure(
          "the daemon ended before it was ready"
              + (exited ? ", with exit code " + process.exitValue() : "")
              + firstLogLine(),
          mountpoint.toString(),
          "the log is " + root.keepLog(entry));
    }

    /** Where the JVM itself says why it does not start. */
    private String firstLogLine() throws IOException {
      try (InputStream in = Files.newInputStream(entry.log())) {
        return new String(in.readNBytes(LONGEST_LOG_LINE), StandardCharsets.UTF_8)
            .lines()
            .findFirst()
            .map(line -> ": " + line)
            .orElse("");
      }
    }

    private String readLine() throws IOException {
      try (InputStream in = process.getInputStream()) {
        byte[] bytes = new byte[DaemonMessages.LONGEST];
        int length = 0;
        int read;
        while (length < bytes.length
            && (length == 0 || bytes[length - 1] != '\n')
            && (read = in.read(bytes, length, bytes.length - length)) > 0) {
          length += read;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
      }
    }

    void awaitAnswer(int connection) throws CommandFailure, IOException, InterruptedException {
      try {
        MountProbe.mustAnswer(mountpoint, connection);
      } catch (CommandFailure e) {
        throw CommandFailure.reported(e.getMessage() + " The log is " + root.keepLog(entry));
      }
    }

    synchronized void succeeded() {
      ended = true;
    }

    synchronized void rollBack() {
      if (ended) {
        return;
      }
      ended = true;
      if (process != null) {
        // It takes everything back. Waiters on the mount, a probe of this process among them, are
        // freed by the mount's end.
        process.destroy();
        unmount();
        if (!awaitExit()) {
          process.destroyForcibly();
        }
        unmount();
      }
      try {
        ProcessIdentity self = ProcessIdentity.current();
        root.release(entry, self);
      } catch (IOException e) {
        // The next mount here clears it.
        return;
      }
    }

    private boolean awaitExit() {
      try {
        return process.waitFor(KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    /** The checks saw no mount of ours here, so one that is here now is this try's. */
    private void unmount() {
      try {
        while (mounts.find(mountpoint).isPresent()) {
          Mounts.umount(mountpoint, Mounts.MNT_FORCE | Mounts.MNT_DETACH | Mounts.UMOUNT_NOFOLLOW);
        }
      } catch (IOException gone) {
        // Unmounted by somebody else meanwhile.
        return;
      }
    }
  }
}
