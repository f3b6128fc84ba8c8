package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.daemon.config.OptionHelp;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class UsageTest {
  /** What a command line leads to. */
  private record Outcome(int exitCode, List<String> out, List<String> err) {}

  private static Outcome run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int exitCode = line.execute(arguments);
    return new Outcome(exitCode, out.toString().lines().toList(), err.toString().lines().toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bogus",
        "--bogus",
        "mount",
        "mount /a",
        "mount /a /b /c",
        "mount /a /b --bogus",
        "mount /a /b -o",
        "mount /a --config /b",
        "mount /a /b --config",
        "tune",
        "tune /a --core",
        "tune /a --core x",
        "unmount",
        "unmount /a /b",
        "list /a",
        "status /a /b",
        "doctor --fix=2",
        "demo 3"
      })
  void wrongUsageIsOneLineThatPointsToHelp(String arguments) {
    Outcome outcome = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
    assertEquals(2, outcome.exitCode());
    assertEquals(List.of(), outcome.out());
    assertEquals(1, outcome.err().size(), outcome.err().toString());
    assertTrue(
        outcome.err().getFirst().matches("ringmount: .*; see 'ringmount.* --help'"),
        outcome.err().toString());
  }

  @Test
  void everyMistakeInTheOptionsIsALine() {
    Outcome outcome =
        run("mount", "/a", "/b", "-o", "slots=0,transprot=uring", "-o", "attr_timeout");
    assertEquals(2, outcome.exitCode());
    assertEquals(
        List.of(
            "ringmount: slots=0 is out of range, in -o; use auto, or 1 to 1024",
            "ringmount: unknown option transprot, in -o; the nearest is transport",
            "ringmount: attr_timeout has no value, in -o; use 0s to 365d"),
        outcome.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "mount --help",
        "unmount --help",
        "list --help",
        "status --help",
        "tune --help",
        "doctor --help",
        "demo --help",
        "--version"
      })
  void helpSucceeds(String arguments) {
    Outcome outcome = run(arguments.split(" "));
    assertEquals(0, outcome.exitCode());
    assertTrue(outcome.out().size() > 1);
    assertEquals(List.of(), outcome.err());
  }

  @Test
  void helpOfMountHasTheOptionTable() {
    List<String> out = run("mount", "--help").out();
    assertTrue(out.containsAll(OptionHelp.mountOptions()), String.join("\n", out));
    assertTrue(out.containsAll(OptionHelp.tuningFile()), String.join("\n", out));
  }

  @Test
  void theDaemonItselfIsNotInTheHelp() {
    assertTrue(run("--help").out().stream().noneMatch(line -> line.strip().startsWith("serve")));
  }
}
