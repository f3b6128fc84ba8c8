package io.ringmount.daemon.cli;

import io.ringmount.upgrade.Distribution;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The command that starts this program once more, with the same Java, flags and classes. */
final class JavaCommand {
  private JavaCommand() {}

  /**
   * @param crashReport the file to which Java writes why it crashed
   * @throws IOException when the distribution that this process runs from is not complete
   */
  static List<String> of(Path crashReport, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags());
    // A percent sign would begin a placeholder.
    command.add("-XX:ErrorFile=" + crashReport.toString().replace("%", "%%"));
    command.add("-cp");
    command.add(absolute(System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    Optional<Distribution> distribution = Distribution.running();
    return distribution.isPresent() ? distribution.get().command(command) : command;
  }

  /** Those of this process; they matter where there is no distribution (tests, an IDE). */
  private static List<String> flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !isForThisProcessOnly(flag))
        .toList();
  }

  /**
   * Debuggers and agents, as a second one of them would get in the way, and what the launcher gives
   * to a command that soon ends.
   */
  private static boolean isForThisProcessOnly(String flag) {
    return flag.startsWith("-XX:TieredStopAtLevel")
        || flag.startsWith("-agent")
        || flag.startsWith("-javaagent")
        || flag.startsWith("-Xrun")
        || flag.equals("-Xdebug");
  }

  /** The daemon runs in the root directory. */
  private static String absolute(String classPath) {
    return List.of(classPath.split(File.pathSeparator)).stream()
        .map(each -> Path.of(each).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
