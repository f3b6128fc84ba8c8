package io.ringmount.bench.torture;

import io.ringmount.channels.linux.FuseConnection;
import io.ringmount.channels.linux.KernelFile;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.channels.linux.PidFd;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A mount made by the program as it is distributed. It has a run directory of its own, which also
 * tells its processes from all others: each has it in its environment.
 */
final class TortureMount {
  /** See {@code RunRoot} of the daemon. */
  private static final String RUN_VARIABLE = "RINGMOUNT_RUN_DIR";

  /** The {@code java} launcher takes flags from it; processes hand it on to those they start. */
  private static final String FLAGS_VARIABLE = "JDK_JAVA_OPTIONS";

  private static final String PROBE = "probe";
  private static final long MOUNT_MILLIS = 60_000;
  private static final long UNMOUNT_MILLIS = 60_000;
  private static final int KILL_MILLIS = 10_000;
  private static final int KILL_ROUNDS = 5;

  private final Path home;
  private final Path work;
  private final Path source;
  private final Path mountpoint;

  /** Not in the working directory: the path of a socket may have 107 bytes only. */
  private final Path run;

  private final String javaFlags;
  private MountEntry entry;

  /** What a command of the program came to; both outputs together. */
  record Outcome(int code, String output) {}

  /**
   * @param home of the distribution
   * @param work an empty directory; the sources are in it
   * @param javaFlags of all its processes, beside their own
   */
  TortureMount(Path home, Path work, List<String> javaFlags) throws IOException {
    this.home = home;
    this.work = work;
    this.source = Files.createDirectory(work.resolve("source"));
    this.mountpoint = Files.createDirectory(work.resolve("mount"));
    this.run = Files.createTempDirectory("rm").resolve("run");
    this.javaFlags = String.join(" ", javaFlags);
    Files.createFile(source.resolve(PROBE));
  }

  Path source() {
    return source;
  }

  Path mountpoint() {
    return mountpoint;
  }

  void mount(String options) throws IOException, InterruptedException {
    Outcome outcome =
        command(MOUNT_MILLIS, "mount", "-o", options, source.toString(), mountpoint.toString());
    Optional<MountEntry> mounted = Mounts.find(mountpoint);
    if (outcome.code() != 0 || mounted.isEmpty()) {
      throw new IOException("cannot mount with '" + options + "': " + outcome.output());
    }
    entry = mounted.get();
  }

  /** Runs a command of the program to its end. */
  Outcome command(long limitMillis, String... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(home.resolve("bin/ringmount").toString());
    words.addAll(List.of(arguments));
    Path output = Files.createTempFile(work, "output", null);
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(Path.of("/").toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put(RUN_VARIABLE, run.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove("RINGMOUNT_HOME");
    if (!javaFlags.isEmpty()) {
      builder.environment().put(FLAGS_VARIABLE, javaFlags);
    }
    Process process = builder.start();
    try {
      if (!process.waitFor(limitMillis, TimeUnit.MILLISECONDS)) {
        return new Outcome(-1, arguments[0] + " does not end within " + limitMillis + " ms");
      }
      return new Outcome(process.exitValue(), Files.readString(output).strip());
    } finally {
      process.destroyForcibly();
      Files.delete(output);
    }
  }

  /** Who serves; asks the only entry of the run directory. */
  ServiceState state() throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(run, Files::isDirectory)) {
      for (Path each : entries) {
        return ServiceState.ask(each.resolve("control.sock"));
      }
    }
    throw new IOException("nothing is mounted");
  }

  /** Asks the mount for a file's attributes, which the kernel may not remember. */
  void probe(long limitMillis) throws IOException, InterruptedException {
    Limited.run(
        "probe",
        limitMillis,
        () -> Files.getLastModifiedTime(mountpoint.resolve(PROBE), LinkOption.NOFOLLOW_LINKS));
  }

  /** Requests that are not answered; 0 also where the kernel does not show them. */
  int waiting() throws IOException {
    FuseConnection connection = new FuseConnection(entry.deviceMinor());
    return connection.available() ? connection.waiting() : 0;
  }

  /** All processes of this mount. */
  List<Long> processes() throws IOException {
    String wanted = RUN_VARIABLE + "=" + run;
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        if (environment(process).contains(wanted)) {
          found.add(Long.parseLong(process.getFileName().toString()));
        }
      }
    }
    return found;
  }

  private static List<String> environment(Path process) {
    try {
      return Arrays.asList(KernelFile.read(process.resolve("environ")).split("\0", -1));
    } catch (IOException ended) {
      return List.of();
    }
  }

  Outcome unmount() throws IOException, InterruptedException {
    return command(UNMOUNT_MILLIS, "unmount", mountpoint.toString());
  }

  /**
   * Ends the mount, its connection first, so that nobody waits any more, and all its processes.
   * Whatever is gone already is fine.
   */
  void abandon() throws IOException {
    while (Mounts.find(mountpoint).isPresent()) {
      if (entry != null) {
        FuseConnection connection = new FuseConnection(entry.deviceMinor());
        if (connection.available()) {
          connection.abort();
        }
      }
      Mounts.umount(mountpoint, Mounts.MNT_FORCE | Mounts.MNT_DETACH | Mounts.UMOUNT_NOFOLLOW);
    }
    // What is started meanwhile comes with the next round.
    List<Long> left = processes();
    for (int round = 0; !left.isEmpty() && round < KILL_ROUNDS; round++) {
      kill(left);
      left = processes();
    }
    if (!left.isEmpty()) {
      throw new IOException("processes that cannot be killed: " + left);
    }
  }

  /** Deletes every file, after {@link #abandon}. */
  void delete() throws IOException {
    delete(run.getParent());
    delete(work);
  }

  /** The mount is gone by then, so nothing behind it is reached. */
  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** All before any is waited for: the watchdog would start another daemon, and that a watchdog. */
  private static void kill(List<Long> pids) {
    List<PidFd> killed = new ArrayList<>();
    for (long pid : pids) {
      try {
        PidFd process = PidFd.open(pid);
        killed.add(process);
        process.sendSignal(PidFd.SIGKILL);
      } catch (LinuxException ended) {
        continue;
      }
    }
    for (PidFd process : killed) {
      process.awaitExit(KILL_MILLIS);
      process.close();
    }
  }
}
