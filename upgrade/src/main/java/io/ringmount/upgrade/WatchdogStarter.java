package io.ringmount.upgrade;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Starts the watchdog of a mount. Command line of the process, for its other end:
 *
 * <pre>
 *   java FLAGS io.ringmount.watchdog.Watchdog NAME SOCKET LOG [standby] -- DAEMON...    to mount
 *   java FLAGS io.ringmount.watchdog.Watchdog NAME SOCKET LOG [standby] adopt           to go on
 * </pre>
 */
public final class WatchdogStarter {
  /** Argument: keep a second daemon ready. */
  public static final String STANDBY = "standby";

  /** Argument: a daemon serves already, and will connect. */
  public static final String ADOPT = "adopt";

  /** Argument: what follows is the daemon's command line. */
  public static final String DAEMON = "--";

  /** Of the distribution: flags of the watchdog's JVM. */
  public static final String OPTIONS = "watchdog.options";

  /** Of the distribution's jars: classes as the JVM has them in memory, for a quick start. */
  public static final String ARCHIVE = "watchdog.jsa";

  private static final String MAIN = "io.ringmount.watchdog.Watchdog";

  private static final List<String> FLAGS_WITHOUT_DISTRIBUTION =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "-XX:+UseSerialGC",
          "-Xmx32m",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData");

  private final Path socket;
  private final Path log;
  private final String mountName;
  private final boolean standby;
  private final Map<String, String> environment;

  /**
   * What is the same however often the watchdog is started.
   *
   * @param socket where it listens, in a directory for the owner only
   * @param log to which it, and the daemons it starts, append
   * @param mountName for {@code ps}
   * @param standby whether it keeps a second daemon ready
   * @param environment added to this process's
   */
  public WatchdogStarter(
      Path socket, Path log, String mountName, boolean standby, Map<String, String> environment) {
    this.socket = socket;
    this.log = log;
    this.mountName = mountName;
    this.standby = standby;
    this.environment = Map.copyOf(environment);
  }

  /**
   * Starts a watchdog that starts the first daemon.
   *
   * @param daemonCommand a {@code java} command line with {@code -cp}
   * @param order given to every daemon as {@link VaultName#ORDER}
   * @return the watchdog; its standard output gets what the daemon reports when it serves or fails,
   *     one line, or nothing when the daemon ends before, and then its exit code is the daemon's.
   *     {@link Process#destroy} takes everything back: before the report it kills the daemon, later
   *     it has it unmount
   */
  public Process start(List<String> daemonCommand, String order) throws IOException {
    List<String> command = command();
    command.add(DAEMON);
    command.addAll(daemonCommand);
    Process process = builder(command).start();
    try (OutputStream out = process.getOutputStream()) {
      out.write(order.getBytes(StandardCharsets.UTF_8));
    } catch (IOException diedAtOnce) {
      // Its missing report will say so.
      return process;
    }
    return process;
  }

  /**
   * Starts a watchdog for the daemon that calls this, in place of one that has ended. At most one
   * watchdog of a mount stays, whoever starts it.
   */
  Process adopt() throws IOException {
    List<String> command = command();
    command.add(ADOPT);
    return builder(command)
        .redirectInput(new File("/dev/null"))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(new File("/"))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    return builder;
  }

  private List<String> command() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Optional<Distribution> distribution = Distribution.running();
    if (distribution.isPresent()) {
      addDistribution(command, distribution.get().directory());
    } else {
      command.addAll(FLAGS_WITHOUT_DISTRIBUTION);
      command.addAll(List.of("-cp", absolute(System.getProperty("java.class.path")), MAIN));
    }
    command.add(mountName);
    command.add(socket.toAbsolutePath().toString());
    command.add(log.toAbsolutePath().toString());
    if (standby) {
      command.add(STANDBY);
    }
    return command;
  }

  private static void addDistribution(List<String> command, Path home) throws IOException {
    command.add("@" + home.resolve(OPTIONS));
    Path archive = home.resolve("lib").resolve(ARCHIVE);
    if (Files.exists(archive)) {
      command.add("-XX:SharedArchiveFile=" + archive);
    }
    command.addAll(List.of("-jar", jar(home).toString()));
  }

  /** The jar of a distribution that runs the watchdog. */
  public static Path jar(Path home) throws IOException {
    return Distribution.jar(home, "watchdog");
  }

  /** The watchdog runs in the root directory. */
  private static String absolute(String classPath) {
    StringJoiner absolute = new StringJoiner(File.pathSeparator);
    for (String each : classPath.split(File.pathSeparator, -1)) {
      absolute.add(Path.of(each).toAbsolutePath().toString());
    }
    return absolute.toString();
  }
}
