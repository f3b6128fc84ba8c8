package io.ringmount.bench;

import io.ringmount.upgrade.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory of sample data and everything that serves it. Closing, also by the end of this
 * program on a signal, ends the servers and deletes the directory.
 */
final class TestBed implements AutoCloseable {
  private final Path work;
  private final SampleData data;
  private final List<Subject> subjects = new ArrayList<>();
  private boolean closed;

  /**
   * @param directory where to put the sample data
   */
  TestBed(Path directory) throws IOException {
    work = Files.createTempDirectory(directory.toRealPath(), "ringmount-bench");
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeAtExit, "bench-exit"));
    data = SampleData.write(Files.createDirectory(work.resolve("source")));
  }

  SampleData data() {
    return data;
  }

  /** All subjects, in the order in which they were started. */
  List<Subject> subjects() {
    return List.copyOf(subjects);
  }

  /** Adds the directory without any server. */
  Subject bare() {
    Subject subject = Subject.bare(data.directory());
    subjects.add(subject);
    return subject;
  }

  /** Adds Ringmount. */
  Subject start(Variant variant) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "io.ringmount.daemon.cli.Main",
            "mount",
            "--foreground",
            "-o",
            variant.options(),
            "{source}",
            "{mountpoint}");
    Path home = Path.of(System.getProperty(Distribution.HOME));
    return start(variant.name(), Distribution.at(home).command(command));
  }

  /** Adds a server: see {@link Subject#start}. */
  synchronized Subject start(String name, List<String> command)
      throws IOException, InterruptedException {
    if (closed) {
      throw new IOException("the benchmark is ending");
    }
    Path mountpoint = Files.createDirectory(work.resolve("mount-" + subjects.size()));
    Subject subject = Subject.start(name, command, data.directory(), mountpoint);
    subjects.add(subject);
    return subject;
  }

  @Override
  public synchronized void close() throws IOException, InterruptedException {
    if (closed) {
      return;
    }
    closed = true;
    IOException failure = null;
    for (Subject subject : subjects) {
      try {
        subject.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
    delete();
  }

  private void closeAtExit() {
    try {
      close();
    } catch (IOException e) {
      System.err.println("ringmount bench: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Deletes what the run made; mounts are gone by then, so nothing behind them is reached. */
  private void delete() throws IOException {
    try (Stream<Path> tree = Files.walk(work)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
