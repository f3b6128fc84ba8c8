package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.daemon.config.Units;
import io.ringmount.daemon.control.ControlClient;
import io.ringmount.daemon.control.Json;
import io.ringmount.daemon.control.KnownMount;
import io.ringmount.daemon.control.MountStatus;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringmount status}. */
@Command(name = "status", description = "Shows how a mount, or every mount, is served.")
final class StatusCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "MOUNTPOINT", description = "Default: every mount.")
  private Path mountpoint;

  @Option(names = "--json", description = "Print JSON: an object, or an array without MOUNTPOINT.")
  private boolean json;

  @Spec private CommandSpec spec;

  private final RunRoot root = RunRoot.standard();

  @Override
  public Integer call() throws CommandFailure, IOException {
    if (!Credentials.hasSysAdmin()) {
      throw CommandFailure.reported("status needs root: run with sudo");
    }
    MountTable mounts = new MountTable(root, true);
    PrintWriter out = spec.commandLine().getOut();
    if (mountpoint != null) {
      MountStatus status = ask(ServingMount.at(mountpoint, mounts, root));
      print(out, json ? List.of(Json.pretty(status)) : describe(status));
      return 0;
    }
    return all(mounts, out);
  }

  /** A mount that does not answer is a line on standard error, and does not hide the others. */
  private int all(MountTable mounts, PrintWriter out) throws IOException {
    List<MountStatus> answers = new ArrayList<>();
    int exitCode = 0;
    for (KnownMount mount : mounts.list()) {
      try {
        answers.add(ask(ServingMount.of(mount, root)));
      } catch (CommandFailure e) {
        exitCode = e.exitCode();
        spec.commandLine().getErr().println("ringmount: " + e.getMessage());
      }
    }
    if (json) {
      print(out, List.of(Json.pretty(answers)));
    } else {
      answers.forEach(each -> print(out, describe(each)));
    }
    return exitCode;
  }

  private static MountStatus ask(ServingMount mount) throws CommandFailure {
    return mount.ask("status", ControlClient::status);
  }

  private static void print(PrintWriter out, List<String> lines) {
    lines.forEach(out::println);
    out.flush();
  }

  static List<String> describe(MountStatus status) {
    List<String> lines = new ArrayList<>();
    lines.add(status.mountpoint() + " serves " + status.backend());
    lines.add(
        "  transport   "
            + status.transport()
            + (status.ringMode() == null ? "" : ", " + status.ringMode())
            + " ("
            + status.transportReason()
            + ")");
    lines.add(
        "  daemon      process "
            + status.daemonPid()
            + ", version "
            + status.version()
            + ", generation "
            + status.generation()
            + ", up "
            + Units.describeSeconds(status.uptimeSeconds()));
    lines.add(
        "  watchdog    "
            + (status.watchdogPid() == null ? "none" : "process " + status.watchdogPid()));
    lines.add("  crash safe  " + status.crashSafe());
    lines.add(
        "  memory      "
            + Units.describeSize(status.memoryBytes())
            + " of at most "
            + Units.describeSize(status.memoryBudgetBytes()));
    lines.add("  in flight   at most " + status.maxInFlight() + " requests");
    lines.add("  settings    " + describe(status.settings()));
    status
        .coreSettings()
        .forEach((cpu, each) -> lines.add("              CPU " + cpu + ": " + describe(each)));
    lines.add("  channels");
    TextTable table =
        new TextTable("    ")
            .row(
                "NAME",
                "CPU",
                "SLOTS",
                "POLLS US",
                "IN FLIGHT",
                "REQUESTS",
                "SYSTEM CALLS",
                "FAILED",
                "MALFORMED");
    for (MountStatus.Channel each : status.channels()) {
      table.row(
          each.name(),
          each.cpu() < 0 ? "-" : each.cpu(),
          each.slots(),
          each.busyPollMicros(),
          each.inFlight(),
          each.requests(),
          each.systemCalls(),
          each.failed(),
          each.malformed());
    }
    lines.addAll(table.lines());
    if (status.cache() != null) {
      List<String> cache = CacheStatusCommand.describe(status.cache());
      lines.add("  cache       " + cache.getFirst());
      cache.stream().skip(1).forEach(each -> lines.add("              " + each));
    }
    if (status.totals() != null) {
      lines.addAll(describeTotals(status.totals()));
    }
    return lines;
  }

  private static List<String> describeTotals(MountStatus.Totals totals) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "  totals      since "
            + totals.since()
            + ", of "
            + totals.daemons()
            + (totals.daemons() == 1 ? " daemon: " : " daemons: ")
            + totals.requests()
            + " requests; errors: "
            + (totals.errors().isEmpty() ? "none" : describe(totals.errors())));
    lines.add(
        "              "
            + totals.recovered()
            + " requests taken over from another daemon, "
            + totals.resumed()
            + " of them begun before");
    if (!totals.operations().isEmpty()) {
      lines.add("  operations");
      TextTable table =
          new TextTable("    ")
              .row("NAME", "ANSWERED", "MEAN US", "MEDIAN US", "99% US", "LONGEST US");
      for (MountStatus.Operation each : totals.operations()) {
        table.row(
            each.name(),
            each.answered(),
            Math.round(each.meanMicros()),
            Math.round(each.medianMicros()),
            Math.round(each.percentile99Micros()),
            Math.round(each.maxMicros()));
      }
      lines.addAll(table.lines());
    }
    return lines;
  }

  private static String describe(Map<String, ?> settings) {
    return settings.entrySet().stream()
        .map(each -> each.getKey() + " " + each.getValue())
        .collect(Collectors.joining(", "));
  }
}
