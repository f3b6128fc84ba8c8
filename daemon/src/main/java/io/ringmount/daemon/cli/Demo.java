package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.PidFd;
import io.ringmount.daemon.config.MountSettings;
import io.ringmount.daemon.config.RequestedSettings;
import io.ringmount.daemon.config.Units;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.ProcessIdentity;
import io.ringmount.daemon.control.RunDirectory;
import io.ringmount.daemon.control.RunRoot;
import io.ringmount.upgrade.UpgradeClient;
import io.ringmount.upgrade.UpgradeOutcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The steps of {@code demo}, each a line of its table as soon as it is done. */
final class Demo {
  private static final int FILES = 8;
  private static final int FILE_SIZE = 2 << 20;
  private static final int STATS = 5_000;
  private static final int READS = 64;
  private static final int READ_SIZE = 1 << 20;
  private static final long REPLACEMENT_SECONDS = 60;
  private static final long POLL_MILLIS = 10;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_SECOND = 1e9;

  /** Does something and says what came of it. */
  @FunctionalInterface
  private interface Step {
    String run() throws Exception;
  }

  private final Path directory;
  private final Path source;
  private final Path mountpoint;
  private final RunRoot root;
  private final MountTable mounts;
  private final PrintWriter out;
  private boolean passed = true;
  private boolean cleaned;

  Demo(Path directory, RunRoot root, MountTable mounts, PrintWriter out) {
    this.directory = directory;
    this.source = directory.resolve("backend");
    this.mountpoint = directory.resolve("mount");
    this.root = root;
    this.mounts = mounts;
    this.out = out;
  }

  /** Runs every step as long as they succeed; says whether all did. */
  boolean run() throws InterruptedException {
    line("STEP", "RESULT", "TIME");
    step("make a sample", this::makeSample);
    step("mount", this::mount);
    step("list", this::list);
    step("read", this::readAll);
    step("write", this::write);
    step("measure stat", this::measureStat);
    step("measure reads", this::measureReads);
    step("upgrade", this::upgrade);
    step("kill -9", this::kill);
    step("unmount", this::unmount);
    return passed;
  }

  private void step(String name, Step step) throws InterruptedException {
    if (!passed) {
      return;
    }
    long start = System.nanoTime();
    String result;
    try {
      result = step.run();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      passed = false;
      result =
          "FAILED: " + (e instanceof CommandFailure ? e.getMessage() : CommandFailure.describe(e));
    }
    double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
    line(name, result, String.format(Locale.ROOT, "%.1f ms", millis));
  }

  /** The result is last, since its length is anything. */
  private void line(String step, String result, String time) {
    out.printf("%-14s %11s  %s%n", step, time, result);
    out.flush();
  }

  private String makeSample() throws IOException {
    Files.createDirectories(source);
    Files.createDirectories(mountpoint);
    byte[] content = new byte[FILE_SIZE];
    for (int i = 0; i < FILES; i++) {
      new Random(i).nextBytes(content);
      Files.write(source.resolve("sample-" + i), content);
    }
    return FILES + " files, " + Units.describeSize((long) FILES * FILE_SIZE);
  }

  private String mount() throws CommandFailure, IOException, InterruptedException {
    MountSettings settings = MountSettings.of(source, mountpoint, RequestedSettings.NONE);
    MountedDaemon mounted = new DaemonLauncher(root, mounts).mount(settings);
    return "transport " + mounted.transport() + " (" + mounted.transportReason() + ")";
  }

  private String list() throws IOException {
    List<String> there = names(source);
    List<String> seen = names(mountpoint);
    require(there.equals(seen), "the mount shows " + seen + ", the backend has " + there);
    return seen.size() + " names, as in the backend";
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private String readAll() throws IOException, NoSuchAlgorithmException {
    for (int i = 0; i < FILES; i++) {
      String name = "sample-" + i;
      require(
          checksum(mountpoint.resolve(name)).equals(checksum(source.resolve(name))),
          name + " reads differently through the mount");
    }
    return FILES + " files, checksums equal";
  }

  private String write() throws IOException, NoSuchAlgorithmException {
    byte[] content = new byte[FILE_SIZE];
    new Random(FILES).nextBytes(content);
    Files.write(mountpoint.resolve("written"), content);
    require(
        Arrays.equals(content, Files.readAllBytes(source.resolve("written"))),
        "what was written through the mount is not in the backend");
    require(
        checksum(mountpoint.resolve("written")).equals(checksum(source.resolve("written"))),
        "what was written reads differently through the mount");
    return Units.describeSize(FILE_SIZE) + " through the mount, checksums equal";
  }

  private static String checksum(Path file) throws IOException, NoSuchAlgorithmException {
    byte[] content = Files.readAllBytes(file);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  /** Names that are not there: the kernel remembers none of them, so each is a request. */
  private String measureStat() throws IOException {
    long start = System.nanoTime();
    for (int i = 0; i < STATS; i++) {
      require(!Files.exists(mountpoint.resolve("absent-" + i)), "absent-" + i + " exists");
    }
    double micros = (System.nanoTime() - start) / NANOS_PER_MICRO / STATS;
    return String.format(Locale.ROOT, "%d lookups, %.1f us each", STATS, micros);
  }

  private String measureReads() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(READ_SIZE);
    long bytes = 0;
    long start = System.nanoTime();
    for (int i = 0; i < READS; i++) {
      Path file = mountpoint.resolve("sample-" + i % FILES);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        bytes += channel.read(buffer.clear(), (long) (i / FILES % 2) * READ_SIZE);
      }
    }
    double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    require(bytes == (long) READS * READ_SIZE, "reads of 1 MiB were short");
    return String.format(
        Locale.ROOT, "%d of 1 MiB, %s/s", READS, Units.describeSize((long) (bytes / seconds)));
  }

  /** By the same build; a newer one is gone over to in the same way. */
  private String upgrade() throws IOException {
    try (DemoLoad load = startLoad()) {
      UpgradeOutcome outcome =
          UpgradeClient.upgrade(entry().watchdogSocket(), Optional.empty(), _ -> {});
      if (outcome instanceof UpgradeOutcome.Refused(String reason)) {
        throw new IOException(reason);
      }
      return "another daemon serves" + describe(load.stop());
    }
  }

  private String kill() throws IOException, InterruptedException {
    long before = served().pid();
    try (DemoLoad load = startLoad();
        PidFd daemon = PidFd.open(before)) {
      daemon.sendSignal(PidFd.SIGKILL);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(REPLACEMENT_SECONDS);
      while (served().pid() == before) {
        require(System.nanoTime() < deadline, "no other daemon has come");
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
      return "another daemon serves" + describe(load.stop());
    }
  }

  private DemoLoad startLoad() {
    return DemoLoad.start(mountpoint.resolve("sample-0"), source.resolve("sample-0"));
  }

  private static String describe(DemoLoad.Result load) {
    return String.format(
        Locale.ROOT,
        "; %d reads meanwhile, all right, the longest took %.1f ms",
        load.reads(),
        load.longestNanos() / NANOS_PER_MILLI);
  }

  private ProcessIdentity served() throws IOException {
    return entry().record().orElseThrow(() -> new IOException("no record of the mount")).process();
  }

  private RunDirectory entry() throws IOException {
    return root.at(mountpoint.toRealPath());
  }

  private String unmount() throws CommandFailure, IOException {
    new Unmounter(root, mounts).unmount(mountpoint, false);
    require(names(mountpoint).isEmpty(), "something is still mounted");
    return "the daemon has ended";
  }

  private static void require(boolean holds, String otherwise) throws IOException {
    if (!holds) {
      throw new IOException(otherwise);
    }
  }

  /** Leaves nothing behind, however far the steps came. */
  synchronized void cleanUp() {
    if (cleaned) {
      return;
    }
    cleaned = true;
    try {
      if (mounts.find(mountpoint).isPresent()) {
        new Unmounter(root, mounts).unmount(mountpoint, true);
      }
      delete();
    } catch (IOException | CommandFailure e) {
      out.println("not cleaned up: " + CommandFailure.describe(e));
      out.flush();
    }
  }

  /** Only when nothing is mounted there any more, else it would delete through the mount. */
  private void delete() throws IOException {
    if (mounts.find(mountpoint).isPresent()) {
      throw new IOException(mountpoint + " is still mounted");
    }
    for (Path folder : List.of(source, mountpoint, directory)) {
      if (!Files.exists(folder)) {
        continue;
      }
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.delete(file);
        }
      }
      Files.deleteIfExists(folder);
    }
  }
}
