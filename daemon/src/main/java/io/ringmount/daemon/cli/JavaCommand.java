package io.ringmount.daemon.cli;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The command that starts this program once more, with the same Java, flags and classes. */
final class JavaCommand {
  private JavaCommand() {}

  /**
   * @param crashReport the file to which Java writes why it crashed
   */
  static List<String> of(Path crashReport, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags());
    // A percent sign would begin a placeholder.
    command.add("-XX:ErrorFile=" + crashReport.toString().replace("%", "%%"));
    command.add("-cp");
    command.add(absolute(System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /** Those of the distribution; those of this process where there is none (tests, an IDE). */
  private static List<String> flags() {
    String property = System.getProperty(Version.HOME);
    if (property != null) {
      Path home = Path.of(property).toAbsolutePath();
      Path options = home.resolve("jvm.options");
      if (Files.exists(options)) {
        return List.of("@" + options, "-D" + Version.HOME + "=" + home);
      }
    }
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !isForThisProcessOnly(flag))
        .toList();
  }

  /** Debuggers and agents: a second one of them would get in the way. */
  private static boolean isForThisProcessOnly(String flag) {
    return flag.startsWith("-agent")
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
