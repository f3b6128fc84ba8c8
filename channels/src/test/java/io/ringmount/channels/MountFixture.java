package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.linux.FuseConnection;
import io.ringmount.channels.linux.KernelFile;
import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a test of mounts has to look at, and to clear away when it failed. */
final class MountFixture {
  private static final String CHANNEL = "channel-";

  private MountFixture() {}

  /** Undoes every mount at {@code directory} by force. */
  static void clear(Path directory) throws IOException {
    for (MountEntry entry : mountsAt(directory)) {
      // In this order: once unmounted, the connection's number may be another's.
      FuseConnection connection = new FuseConnection(entry.deviceMinor());
      if (connection.available()) {
        connection.abort();
      }
      Mounts.umount(directory, Mounts.MNT_DETACH);
    }
  }

  static List<MountEntry> mountsAt(Path directory) throws IOException {
    // Not toRealPath: a dead mount has none.
    String target = directory.getParent().toRealPath().resolve(directory.getFileName()).toString();
    return Mounts.list().stream().filter(entry -> entry.mountPoint().equals(target)).toList();
  }

  /** The CPUs that each channel's thread may run on, by the thread's name, as the kernel says. */
  static Map<String, String> channelThreads() throws IOException {
    Map<String, String> result = new TreeMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        try {
          String name = KernelFile.read(task.resolve("comm")).strip();
          if (name.startsWith(CHANNEL)) {
            String status = KernelFile.read(task.resolve("status"));
            result.put(name, field(status, "Cpus_allowed_list:"));
          }
        } catch (IOException | UncheckedIOException ended) {
          // A thread that is no more.
        }
      }
    }
    return result;
  }

  private static String field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip())
        .findFirst()
        .orElse("");
  }

  /** Waits a little for threads whose work is done to be gone altogether. */
  static void assertNoChannelThreads() throws IOException, InterruptedException {
    for (int i = 0; i < 500 && !channelThreads().isEmpty(); i++) {
      Thread.sleep(10);
    }
    assertEquals(Map.of(), channelThreads());
  }

  /** What the open descriptors of this process that mounts need refer to. */
  static Map<String, Integer> descriptors() throws IOException {
    Map<String, Integer> result = new TreeMap<>();
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      for (Path link : links.toList()) {
        try {
          String target = Files.readSymbolicLink(link).toString();
          // Not those of the JVM: jars, modules, and this very listing.
          if (target.startsWith("anon_inode:")
              || target.startsWith("/memfd:")
              || target.equals("/dev/fuse")) {
            result.merge(target, 1, Integer::sum);
          }
        } catch (NoSuchFileException closed) {
          // Between listing and looking.
        }
      }
    }
    return result;
  }
}
