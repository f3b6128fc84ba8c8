package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.daemon.MountedDirectories;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * A mount of a local directory with a cache, of whose copies a test can tell that they are read.
 */
@RequiresFuse
abstract class CachedMount extends MountedDirectories {
  static final int MIB = 1 << 20;
  static final int SIZE = 3 * MIB + 12_345;
  static final long SECONDS = 30;

  /** So long a file is left alone before it is copied. */
  static final long SETTLE_MILLIS = 3_200;

  static final int SHARDS = 4;

  private static final int NAMES = 48;
  private static final int RADIX = 8;
  private static int used;

  /** Has files that are old enough to be copied, each of which one test uses. */
  @TempDir static Path backend;

  /** Two of these files. */
  final String f = next();

  final String g = next();

  Path cache;
  Path mountpoint;

  @BeforeAll
  static void makeFiles() throws Exception {
    used = 0;
    for (int i = 0; i < NAMES; i++) {
      Files.write(backend.resolve(name(i)), content(i, SIZE));
    }
    for (int i = 1; i <= SHARDS; i++) {
      Files.write(backend.resolve(shard(i)), content(NAMES + i, SIZE));
    }
    Thread.sleep(SETTLE_MILLIS);
  }

  static String next() {
    return name(used++);
  }

  /** None follows another by number. */
  private static String name(int number) {
    return "" + (char) ('a' + number / RADIX) + (char) ('a' + number % RADIX);
  }

  /** From 1 to {@link #SHARDS}; each as old as the others. */
  static String shard(int number) {
    return "shard-%d-of-%d".formatted(number, SHARDS);
  }

  static byte[] shardContent(int number) {
    return content(NAMES + number, SIZE);
  }

  /** What one of the files has at first. */
  static byte[] content(String name) {
    return content((name.charAt(0) - 'a') * RADIX + name.charAt(1) - 'a', SIZE);
  }

  final void mountWithCache(String options) throws Exception {
    cache = work.resolve("cache");
    mountAgain(options);
  }

  final void mountAgain(String options) throws Exception {
    Path at = work.resolve("mount");
    mountpoint =
        mount(backend, Files.exists(at) ? at : directory("mount"), "cache_dir=" + cache + options);
  }

  static byte[] content(int seed, int size) {
    byte[] content = new byte[size];
    new Random(seed).nextBytes(content);
    return content;
  }

  /** Gives a file of the backend another content. */
  final byte[] write(String name, int seed) throws IOException {
    byte[] content = content(seed, SIZE);
    Files.write(backend.resolve(name), content);
    return content;
  }

  /** Reads a file, of which the kernel has nothing in its page cache. */
  final byte[] read(String name) throws IOException {
    dropCaches();
    return Files.readAllBytes(mountpoint.resolve(name));
  }

  static void dropCaches() throws IOException {
    Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "1");
  }

  final JsonObject status() throws IOException {
    return programs().status(mountpoint);
  }

  final long counted(String name) throws IOException {
    return status().get("cache").getAsJsonObject().get(name).getAsLong();
  }

  final void awaitAnotherDaemon(long than) throws Exception {
    await(
        "another daemon",
        () -> {
          try {
            return status().get("daemonPid").getAsLong() != than;
          } catch (IOException none) {
            return false;
          }
        });
  }

  static void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.call()) {
      assertTrue(System.nanoTime() < end, () -> "in vain: " + what);
      Thread.sleep(20);
    }
  }

  final List<Path> copies(String ending) throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(each -> each.toString().endsWith(ending)).toList();
    }
  }

  /** Has the first file be copied. */
  final Path fill(String name) throws Exception {
    read(name);
    await("a copy", () -> counted("filled") > 0);
    return copies(CacheDirectory.DATA).getFirst();
  }

  /** Changes the first byte of a copy, so that it shows who is read. */
  static void mark(Path copy) throws IOException {
    try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {77}), 0);
    }
  }

  static byte[] marked(byte[] content) {
    byte[] marked = content.clone();
    marked[0] = 77;
    return marked;
  }

  static byte[] all(FileChannel channel) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(SIZE);
    while (all.hasRemaining() && channel.read(all, all.position()) > 0) {
      // Goes on.
    }
    return all.array();
  }
}
