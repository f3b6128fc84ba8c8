package io.ringmount.daemon.cli;

import io.ringmount.daemon.config.OptionHelp;
import java.io.PrintWriter;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The program {@code ringmount}. */
@Command(
    name = "ringmount",
    description = "Serves a directory through FUSE, with one channel for each CPU.",
    mixinStandardHelpOptions = true,
    scope = CommandLine.ScopeType.INHERIT,
    versionProvider = Version.class,
    subcommands = {
      MountCommand.class,
      UnmountCommand.class,
      ListCommand.class,
      StatusCommand.class,
      TuneCommand.class,
      CacheCommand.class,
      UpgradeCommand.class,
      DoctorCommand.class,
      DemoCommand.class,
      ServeCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setParameterExceptionHandler(Main::wrongUsage);
    line.setExecutionExceptionHandler(Main::failed);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.getSubcommands()
        .get("mount")
        .getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_FOOTER, _ -> optionTable());
    return line;
  }

  /** The end of {@code mount --help}; as a section it is printed as it is. */
  private static String optionTable() {
    return Stream.of(
            Stream.of("", "Mount options (-o):"),
            OptionHelp.mountOptions().stream(),
            Stream.of("", "The tuning file (--config) is TOML and has the same settings:"),
            OptionHelp.tuningFile().stream())
        .flatMap(lines -> lines)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static int wrongUsage(ParameterException e, String[] args) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    complain(
        e.getCommandLine().getErr(),
        CommandFailure.line(
            CommandFailure.oneLine(e.getMessage()), "", "see '" + command + " --help'"));
    return CommandFailure.WRONG_USAGE;
  }

  private static int failed(Exception e, CommandLine line, ParseResult parsed) {
    if (e instanceof CommandFailure failure) {
      failure.lines().forEach(each -> complain(line.getErr(), each));
      return failure.exitCode();
    }
    complain(line.getErr(), CommandFailure.describe(e));
    LoggerFactory.getLogger(Main.class).debug("{} failed", line.getCommandName(), e);
    return CommandFailure.FAILED;
  }

  private static void complain(PrintWriter err, String what) {
    err.println("ringmount: " + what);
    err.flush();
  }
}
