package io.ringmount.daemon.cli;

import io.ringmount.daemon.control.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringmount doctor}. */
@Command(
    name = "doctor",
    description = "Shows what kernel and machine offer, and what to do about what is missing.")
final class DoctorCommand implements Callable<Integer> {
  @Option(names = "--fix", description = "Do what root may do about it, and say what was done.")
  private boolean fix;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  private final Machine machine;

  DoctorCommand() {
    this(new Machine());
  }

  DoctorCommand(Machine machine) {
    this.machine = machine;
  }

  /**
   * One check's result, as JSON has it.
   *
   * @param fixed what {@code --fix} did, or why it could not; null when it did nothing
   */
  record Result(
      String check,
      String state,
      String found,
      String meaning,
      String remedy,
      boolean preventsMounting,
      String fixed) {}

  @Override
  public Integer call() {
    List<Result> results = new ArrayList<>();
    for (DoctorChecks.Check check : DoctorChecks.ALL) {
      results.add(examine(check));
    }
    PrintWriter out = spec.commandLine().getOut();
    (json ? List.of(Json.pretty(results)) : describe(results)).forEach(out::println);
    out.flush();
    return results.stream().anyMatch(Result::preventsMounting) ? CommandFailure.FAILED : 0;
  }

  private Result examine(DoctorChecks.Check check) {
    Finding finding = check.look().apply(machine);
    String fixed = null;
    if (fix && finding.state() != Finding.State.OK && check.fix() != null) {
      try {
        fixed = check.fix().apply(machine);
        finding = check.look().apply(machine);
      } catch (IOException e) {
        fixed = "could not: " + CommandFailure.describe(e);
      }
    }
    return new Result(
        check.name(),
        finding.state().label(),
        finding.found(),
        finding.meaning(),
        finding.remedy(),
        finding.preventsMounting(),
        fixed);
  }

  private static List<String> describe(List<Result> results) {
    TextTable table = new TextTable("").row("CHECK", "STATE", "FOUND");
    results.forEach(each -> table.row(each.check(), each.state(), each.found()));
    List<String> rows = table.lines();
    List<String> lines = new ArrayList<>(rows.subList(0, 1));
    for (int i = 0; i < results.size(); i++) {
      Result result = results.get(i);
      lines.add(rows.get(i + 1));
      if (!result.meaning().isEmpty()) {
        lines.add("    " + result.meaning());
      }
      if (!result.remedy().isEmpty()) {
        lines.add("    " + result.remedy());
      }
      if (result.fixed() != null) {
        lines.add("    --fix: " + result.fixed());
      }
    }
    return lines;
  }
}
