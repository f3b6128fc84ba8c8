package io.ringmount.bench;

import io.ringmount.channels.linux.FuseConnection;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Something that is measured: the source directory itself, or a server process that has it mounted.
 * Closing unmounts and ends the process.
 */
final class Subject implements AutoCloseable {
  private static final long START_MILLIS = 20_000;
  private static final long STOP_SECONDS = 15;

  private final String name;
  private final Path directory;
  private final Process process;
  private final MountEntry mount;

  private Subject(String name, Path directory, Process process, MountEntry mount) {
    this.name = name;
    this.directory = directory;
    this.process = process;
    this.mount = mount;
  }

  /** The directory without any server. */
  static Subject bare(Path source) {
    return new Subject("bare directory", source, null, null);
  }

  /**
   * Starts a server that stays in the foreground and waits until it has mounted.
   *
   * @param command words, in which {@code {source}} and {@code {mountpoint}} are replaced
   * @param mountpoint an empty directory
   */
  static Subject start(String name, List<String> command, Path source, Path mountpoint)
      throws IOException, InterruptedException {
    List<String> words =
        command.stream()
            .map(word -> word.replace("{source}", source.toString()))
            .map(word -> word.replace("{mountpoint}", mountpoint.toString()))
            .toList();
    Path log = mountpoint.resolveSibling(mountpoint.getFileName() + ".log");
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .directory(Path.of("/").toFile())
            .start();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
    while (System.nanoTime() < deadline && process.isAlive()) {
      Optional<MountEntry> entry = Mounts.find(mountpoint);
      if (entry.isPresent() && Files.exists(mountpoint.resolve(SampleData.INPUT))) {
        return new Subject(name, mountpoint, process, entry.get());
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    process.destroyForcibly();
    throw new IOException(
        name + " did not mount: " + Files.readString(log, StandardCharsets.UTF_8).strip());
  }

  String name() {
    return name;
  }

  /** Where it is reached: the mount point, or the bare directory. */
  Path directory() {
    return directory;
  }

  /** Processor time the server has taken so far, of all its threads; 0 without a server. */
  long cpuNanos() throws IOException {
    return process == null ? 0 : ProcessorTime.of(process.toHandle());
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (process == null) {
      return;
    }
    if (Mounts.find(directory).isPresent()) {
      unmount();
    }
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  private void unmount() throws IOException {
    try {
      Mounts.umount(directory, Mounts.UMOUNT_NOFOLLOW);
    } catch (LinuxException busy) {
      Mounts.umount(directory, Mounts.MNT_DETACH);
      FuseConnection connection = new FuseConnection(mount.deviceMinor());
      if (connection.available()) {
        connection.abort();
      }
    }
  }
}
