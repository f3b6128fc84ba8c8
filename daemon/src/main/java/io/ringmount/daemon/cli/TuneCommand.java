package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.daemon.control.Json;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import io.ringmount.daemon.control.TuneReply;
import io.ringmount.daemon.control.TuneRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringmount tune}. */
@Command(
    name = "tune",
    description = {
      "Changes settings while mounted: all that are named, or none. Without KEY=VALUE, shows those"
          + " that can change.",
      "Nothing is interrupted. What is changed lasts until the mount ends."
    })
final class TuneCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "The mount.")
  private Path mountpoint;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "KEY=VALUE",
      description = "What to change; see 'ringmount mount --help'.")
  private final List<String> items = new ArrayList<>();

  @Option(
      names = "--core",
      paramLabel = "N",
      description = "For this CPU alone; without it, for all that have no setting of their own.")
  private Integer core;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** What is printed as JSON. */
  private record Printed(
      List<TuneReply.Change> changes,
      Map<String, String> settings,
      Map<Integer, Map<String, String>> coreSettings) {}

  @Override
  public Integer call() throws CommandFailure, IOException {
    TuneRequest request = new TuneRequest(core, parse(items));
    if (!Credentials.hasSysAdmin()) {
      throw CommandFailure.reported("tune needs root: run with sudo");
    }
    RunRoot root = RunRoot.standard();
    TuneReply reply =
        ServingMount.at(mountpoint, new MountTable(root, true), root)
            .ask("answer", daemon -> daemon.tune(request));
    if (!reply.mistakes().isEmpty()) {
      throw CommandFailure.usage(
          reply.mistakes().stream()
              .map(each -> CommandFailure.line(each.what(), "", each.remedy()))
              .toList());
    }
    PrintWriter out = spec.commandLine().getOut();
    describe(reply).forEach(out::println);
    out.flush();
    return 0;
  }

  private static Map<String, String> parse(List<String> items) throws CommandFailure {
    Map<String, String> set = new LinkedHashMap<>();
    List<String> mistakes = new ArrayList<>();
    for (String item : items) {
      int equals = item.indexOf('=');
      if (equals < 1) {
        mistakes.add(CommandFailure.line(item + " is no setting", "", "write KEY=VALUE"));
      } else if (set.put(item.substring(0, equals), item.substring(equals + 1)) != null) {
        mistakes.add(CommandFailure.line(item + " is there twice", "", "leave one of them out"));
      }
    }
    if (!mistakes.isEmpty()) {
      throw CommandFailure.usage(mistakes);
    }
    return set;
  }

  private List<String> describe(TuneReply reply) {
    if (json) {
      return List.of(
          Json.pretty(new Printed(reply.changes(), reply.settings(), reply.coreSettings())));
    }
    return items.isEmpty()
        ? table(reply)
        : reply.changes().stream()
            .map(each -> each.setting() + ofCore() + ": " + each.from() + " -> " + each.to())
            .toList();
  }

  private String ofCore() {
    return core == null ? "" : " of CPU " + core;
  }

  private List<String> table(TuneReply reply) {
    if (core != null && !reply.coreSettings().containsKey(core)) {
      return List.of("CPU " + core + " has no setting of its own");
    }
    TextTable table = new TextTable("").row("SETTING", "CPU", "VALUE");
    reply
        .settings()
        .forEach((name, value) -> {
          if (core == null) {
            table.row(name, "", value);
          }
        });
    reply
        .coreSettings()
        .forEach((cpu, values) -> {
          if (core == null || core.equals(cpu)) {
            values.forEach((name, value) -> table.row(name, cpu, value));
          }
        });
    return table.lines();
  }
}
