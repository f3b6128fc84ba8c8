package io.ringmount.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.channels.linux.UnixSocket;
import io.ringmount.upgrade.StateVersion;
import io.ringmount.upgrade.UpgradeClient;
import io.ringmount.upgrade.UpgradeOutcome;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/** A watchdog with {@link FakeDaemon}s, each a process. */
final class FakeMount implements AutoCloseable {
  private static final int SECONDS = 30;
  private static final List<String> QUICK =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xmx32m",
          "-XX:-UsePerfData");

  private final Path directory;
  private final Map<String, String> environment = new HashMap<>();
  private Process watchdog;
  private String report;

  FakeMount(Path directory) {
    this.directory = directory;
    limits("-Dringmount.watchdog.probation=300 -Dringmount.watchdog.look=50");
  }

  /** Properties of the watchdog. */
  FakeMount limits(String properties) {
    environment.merge("JAVA_TOOL_OPTIONS", properties, (a, b) -> a + " " + b);
    return this;
  }

  /** Starts the watchdog, and returns once the first daemon reports or has ended. */
  FakeMount start(boolean standby, String... properties) throws IOException {
    List<String> command = java(properties);
    command.addAll(List.of(FakeDaemon.class.getName(), directory.toString()));
    watchdog = FakeDaemon.starter(directory, standby, environment).start(command, "the order");
    try (BufferedReader out = watchdog.inputReader(StandardCharsets.UTF_8)) {
      report = out.readLine();
    }
    return this;
  }

  /** Starts a watchdog as a service manager does that has kept these. */
  void resume(Map<String, Path> kept) throws IOException {
    StringBuilder script = new StringBuilder();
    int descriptor = 3;
    for (Path each : kept.values()) {
      script.append("exec ").append(descriptor++).append("<").append(each).append('\n');
    }
    script.append("export LISTEN_PID=$$ LISTEN_FDS=").append(kept.size());
    script.append(" LISTEN_FDNAMES=").append(String.join(":", kept.keySet()));
    script.append("\nexec ").append(String.join(" ", java())).append(' ');
    script.append(Watchdog.class.getName()).append(" /fake ").append(socket());
    script.append(' ').append(directory.resolve("log")).append(" -- ");
    script.append(String.join(" ", java())).append(' ').append(FakeDaemon.class.getName());
    script.append(' ').append(directory);
    watchdog =
        new ProcessBuilder("sh", "-c", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
            .start();
  }

  private List<String> java(String... properties) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(QUICK);
    command.add("-XX:ErrorFile=" + directory.resolve("crash.log"));
    command.addAll(List.of(properties));
    command.addAll(List.of("-cp", classPath()));
    return command;
  }

  private static String classPath() {
    return List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
        .map(each -> Path.of(each).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The line that the mount command gets, null for none. */
  String report() {
    return report;
  }

  /** The watchdog that was started first. */
  Process watchdog() {
    return watchdog;
  }

  Path socket() {
    return FakeDaemon.socket(directory);
  }

  String log() throws IOException {
    return Files.readString(directory.resolve("log"));
  }

  /** Makes a distribution whose daemon has these properties. */
  Path distribution(String version, int stateVersion, String... properties) throws IOException {
    Path home = Files.createDirectories(directory.resolve("build-" + version));
    Path lib = Files.createDirectories(home.resolve("lib"));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            List.of(classPath().split(File.pathSeparator)).stream()
                .map(each -> Path.of(each).toUri().toString())
                .collect(Collectors.joining(" ")));
    try (OutputStream out = Files.newOutputStream(lib.resolve("daemon-0.jar"));
        JarOutputStream _ = new JarOutputStream(out, manifest)) {
      Files.writeString(home.resolve("VERSION"), version + "\n");
    }
    Files.writeString(home.resolve(StateVersion.FILE), stateVersion + "\n");
    List<String> options = new ArrayList<>(QUICK);
    options.addAll(List.of(properties));
    options.add("-Dfake.version=" + version);
    options.add("-Dfake.state=" + stateVersion);
    Files.write(home.resolve("jvm.options"), options);
    return home;
  }

  UpgradeOutcome upgrade(Path distribution) throws IOException {
    return UpgradeClient.upgrade(socket(), Optional.ofNullable(distribution), _ -> {});
  }

  String refusal(Path distribution) throws IOException {
    return switch (upgrade(distribution)) {
      case UpgradeOutcome.Refused(String reason) -> reason;
      case UpgradeOutcome.Upgraded(var done) -> fail("upgraded: " + done);
    };
  }

  /** Waits for an event of a generation, and returns the pid of its daemon. */
  int await(int generation, String what) throws IOException, InterruptedException {
    String event = await(each -> each.startsWith(generation + " ") && each.contains(what), what);
    return Integer.parseInt(event.split(" ", 3)[1]);
  }

  String await(Predicate<String> wanted, String what) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (System.nanoTime() < end) {
      Optional<String> found = events().stream().filter(wanted).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      Thread.sleep(5);
    }
    return fail("no event '" + what + "' among " + events() + "\n" + log());
  }

  List<String> events() throws IOException {
    Path file = directory.resolve("events");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  /** Has a daemon do something. */
  void command(int pid, String command) throws IOException {
    Path file = directory.resolve("new-command");
    Files.writeString(file, command);
    Files.move(file, directory.resolve("command-" + pid));
  }

  static void signal(int pid, int signal) throws LinuxException {
    try (PidFd process = PidFd.open(pid)) {
      process.sendSignal(signal);
    }
  }

  static void awaitEnd(int pid) throws LinuxException {
    try (PidFd process = PidFd.open(pid)) {
      if (!process.awaitExit((int) TimeUnit.SECONDS.toMillis(SECONDS))) {
        fail("process " + pid + " lives on");
      }
    } catch (LinuxException e) {
      assertEquals(Errno.ESRCH, e.errno());
    }
  }

  /** The watchdog that listens now. */
  int watchdogPid() throws LinuxException {
    try (UnixSocket socket = UnixSocket.connect(socket())) {
      return socket.peer().pid();
    }
  }

  /** How many descriptors the first watchdog has open. */
  int descriptors() {
    String[] open = new File("/proc/" + watchdog.pid() + "/fd").list();
    return open == null ? 0 : open.length;
  }

  /** Waits until the first watchdog has no more descriptors than this. */
  void awaitDescriptors(int most) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (descriptors() > most) {
      if (System.nanoTime() > end) {
        fail("more than " + most + " descriptors: " + descriptors());
      }
      Thread.sleep(5);
    }
  }

  /** Whether the watchdog ends by itself, with this exit code. */
  void endsWith(int exitCode) throws InterruptedException {
    if (!watchdog.waitFor(SECONDS, TimeUnit.SECONDS)) {
      fail("the watchdog lives on");
    }
    assertEquals(exitCode, watchdog.exitValue());
  }

  /** Processes of this mount that live. */
  List<ProcessHandle> processes() {
    return ProcessHandle.allProcesses()
        .filter(each ->
            each.info()
                .commandLine()
                .filter(line -> line.contains(directory.toString()))
                .isPresent())
        .toList();
  }

  /** Leaves no process. */
  @Override
  public void close() {
    for (int round = 0; round < 3; round++) {
      processes().forEach(ProcessHandle::destroyForcibly);
    }
  }
}
