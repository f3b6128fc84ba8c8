package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.daemon.control.Json;
import io.ringmount.daemon.control.KnownMount;
import io.ringmount.daemon.control.MountState;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import io.ringmount.upgrade.UpgradeClient;
import io.ringmount.upgrade.UpgradeOutcome;
import io.ringmount.upgrade.UpgradeReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringmount upgrade}. */
@Command(
    name = "upgrade",
    description =
        "Replaces the daemon of a mount by another build while the mount goes on; applications"
            + " notice a short pause at most. When anything fails, the old daemon goes on.")
final class UpgradeCommand implements Callable<Integer> {
  private static final double MICROS_PER_MILLI = 1_000;

  @Parameters(paramLabel = "MOUNTPOINT", description = "The mount.")
  private Path mountpoint;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description =
          "The build to go over to: a folder with lib and jvm.options. Default: the one that runs,"
              + " or what has been put in its place.")
  private Path to;

  @Option(names = "--json", description = "Print JSON, and no progress.")
  private boolean json;

  @Spec private CommandSpec spec;

  private final RunRoot root = RunRoot.standard();

  /** What is printed as JSON. */
  private record Report(
      String oldVersion,
      String newVersion,
      int generation,
      int oldPid,
      int newPid,
      boolean oldEnded,
      Double pauseMillis,
      double readyMillis,
      long servingNanos,
      long requestsRecovered,
      long requestsExecutedAnew) {
    static Report of(UpgradeReport report) throws IOException {
      DaemonMessages.Report serving = Json.parse(report.serving(), DaemonMessages.Report.class);
      return new Report(
          report.oldVersion(),
          report.newVersion(),
          report.generation(),
          report.oldPid(),
          report.newPid(),
          report.drained(),
          report.pauseNanos() < 0 ? null : millis(report.pauseNanos()),
          millis(report.readyNanos()),
          report.servingNanos(),
          serving.recovered(),
          serving.resumed());
    }

    private static double millis(long nanos) {
      return TimeUnit.NANOSECONDS.toMicros(nanos) / MICROS_PER_MILLI;
    }
  }

  @Override
  public Integer call() throws CommandFailure, IOException {
    if (!Credentials.hasSysAdmin()) {
      throw CommandFailure.reported("upgrade needs root: run with sudo");
    }
    KnownMount mount = find();
    PrintWriter out = spec.commandLine().getOut();
    UpgradeOutcome outcome;
    try {
      outcome =
          UpgradeClient.upgrade(
              root.at(mount.mountpoint()).watchdogSocket(),
              Optional.ofNullable(to),
              line -> {
                if (!json) {
                  out.println(line);
                  out.flush();
                }
              });
    } catch (IOException e) {
      throw new CommandFailure("the watchdog cannot be asked", mount.mountpoint(), e);
    }
    switch (outcome) {
      case UpgradeOutcome.Refused(String reason) ->
          throw new CommandFailure("not upgraded: " + reason, mount.mountpoint(), "it goes on");
      case UpgradeOutcome.Upgraded(UpgradeReport report) -> print(Report.of(report), out);
    }
    return 0;
  }

  private KnownMount find() throws CommandFailure {
    MountTable mounts = new MountTable(root, true);
    KnownMount mount;
    try {
      Path resolved = MountPaths.resolve(mounts, mountpoint);
      mount =
          mounts
              .find(resolved)
              .orElseThrow(() ->
                  new CommandFailure(
                      "no Ringmount mount", resolved.toString(), "see: ringmount list"));
    } catch (IOException e) {
      throw new CommandFailure("no Ringmount mount", mountpoint.toString(), e);
    }
    if (mount.state() != MountState.SERVING
        || !Files.exists(root.at(mount.mountpoint()).watchdogSocket())) {
      throw new CommandFailure(
          "this mount has no watchdog, which an upgrade needs",
          mount.mountpoint(),
          "mount it without --foreground");
    }
    return mount;
  }

  private void print(Report report, PrintWriter out) {
    if (json) {
      out.println(Json.pretty(report));
    } else {
      out.printf(
          "%s: version %s instead of %s, generation %d, process %d%n",
          mountpoint,
          report.newVersion(),
          report.oldVersion(),
          report.generation(),
          report.newPid());
      out.printf(
          "  pause %s, %d requests taken over, %d of them carried out anew%s%n",
          report.pauseMillis() == null ? "unknown" : report.pauseMillis() + " ms",
          report.requestsRecovered(),
          report.requestsExecutedAnew(),
          report.oldEnded() ? "" : "; the old daemon still finishes some");
    }
    out.flush();
  }
}
