package io.ringmount.bench;

import io.ringmount.bench.Workload.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ringmount bench}: this file system and its peers, measured side by side in one run. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures Ringmount on both transports, the bare directory and any peers, interleaved in one"
          + " run, and prints medians and ratios. Needs root and a quiet machine."
    })
public final class Main implements Callable<Integer> {
  @Option(
      names = "--peer",
      paramLabel = "NAME=COMMAND",
      description = {
        "Another file system to compare with: a command that mounts {source} on {mountpoint} and"
            + " stays in the foreground. May be given more than once."
      })
  private Map<String, String> peers = new LinkedHashMap<>();

  @Option(names = "--rounds", description = "Counted rounds (default: ${DEFAULT-VALUE}).")
  private int rounds = 7;

  @Option(
      names = "--millis",
      description = "Length of one burst in milliseconds (default: ${DEFAULT-VALUE}).")
  private long millis = 400;

  @Option(
      names = "--directory",
      description = "Where the sample data is put, on a local disk (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--variant",
      paramLabel = "NAME=OPTIONS",
      description = {
        "Ringmount with other mount options beside the standard ones. May be given more than once."
      })
  private Map<String, String> variants = new LinkedHashMap<>();

  private static final String UNCACHED = "entry_timeout=0,attr_timeout=0,direct_io=true";

  private static final List<Workload> WORKLOADS =
      List.of(
          new Workload("fstat, 1 client", 1, Operation.FSTAT),
          new Workload("fstat, 4 clients", 4, Operation.FSTAT),
          new Workload("read 4 KiB, 1 client", 1, Operation.RANDOM_READ),
          new Workload("read 4 KiB, 4 clients", 4, Operation.RANDOM_READ),
          new Workload("read 1 MiB, 1 client", 1, Operation.SEQUENTIAL_READ));

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Path work = Files.createTempDirectory(directory.toRealPath(), "ringmount-bench");
    List<Subject> subjects = new ArrayList<>();
    try {
      Path source = Files.createDirectory(work.resolve("source"));
      writeData(source.resolve(Subject.FILE));
      List<Subject> baselines = new ArrayList<>();
      for (Map.Entry<String, String> peer : peers.entrySet()) {
        List<String> command = List.of(peer.getValue().split(" +", -1));
        baselines.add(start(subjects, peer.getKey(), command, source, work));
      }
      ringmounts()
          .forEach((name, options) -> startRingmount(subjects, name, options, source, work));
      subjects.add(Subject.bare(source));
      if (baselines.isEmpty()) {
        baselines.add(subjects.getLast());
      }
      Comparison comparison = new Comparison(subjects, WORKLOADS);
      comparison.run(rounds, millis, line -> System.err.println("bench: " + line));
      System.out.printf(
          "%d rounds of %d ms bursts; medians; ratios of ops/s as median (smallest to largest)%n",
          rounds, millis);
      System.out.print(comparison.table(baselines));
      return 0;
    } catch (IllegalStateException | IOException e) {
      System.err.println("ringmount bench: " + e.getMessage());
      return 1;
    } finally {
      for (Subject subject : subjects) {
        subject.close();
      }
      delete(work);
    }
  }

  private Map<String, String> ringmounts() {
    Map<String, String> result = new LinkedHashMap<>();
    result.put("ringmount uring", "transport=uring");
    result.put("ringmount device", "transport=device");
    result.putAll(variants);
    return result;
  }

  private static void startRingmount(
      List<Subject> subjects, String name, String options, Path source, Path work) {
    String home = System.getProperty("ringmount.home");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + home + "/jvm.options",
            "-Dringmount.home=" + home,
            "-cp",
            home + "/lib/*",
            "io.ringmount.daemon.cli.Main",
            "mount",
            "--foreground",
            "-o",
            UNCACHED + "," + options,
            "{source}",
            "{mountpoint}");
    try {
      start(subjects, name, command, source, work);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " was starting", e);
    }
  }

  private static Subject start(
      List<Subject> subjects, String name, List<String> command, Path source, Path work)
      throws IOException, InterruptedException {
    Path mountpoint = Files.createDirectory(work.resolve("mount-" + subjects.size()));
    Subject subject = Subject.start(name, command, source, mountpoint);
    subjects.add(subject);
    return subject;
  }

  private static void writeData(Path file) throws IOException {
    byte[] block = new byte[1 << 20];
    Random random = new Random(1);
    try (var out = Files.newOutputStream(file)) {
      for (long written = 0; written < Workload.FILE_SIZE; written += block.length) {
        random.nextBytes(block);
        out.write(block);
      }
    }
  }

  /** Deletes what the run made; mounts are gone by then, so nothing behind them is reached. */
  private static void delete(Path work) throws IOException {
    try (Stream<Path> tree = Files.walk(work)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
