package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.daemon.MountedDirectories;
import io.ringmount.daemon.Programs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mount with a cache reads, and from where. */
@RequiresFuse
@Timeout(180)
class CacheIT extends MountedDirectories {
  private static final int MIB = 1 << 20;
  private static final int SIZE = 3 * MIB + 12_345;
  private static final long SECONDS = 15;

  /** So long a file is left alone before it is copied. */
  private static final long SETTLE_MILLIS = 3_200;

  private Path backend;
  private Path cache;
  private Path mountpoint;

  private void mountWithCache(String options) throws Exception {
    backend = directory("backend");
    cache = work.resolve("cache");
    mountAgain(options);
  }

  private void mountAgain(String options) throws Exception {
    Path at = work.resolve("mount");
    mountpoint =
        mount(backend, Files.exists(at) ? at : directory("mount"), "cache_dir=" + cache + options);
  }

  private static byte[] content(int seed, int size) {
    byte[] content = new byte[size];
    new Random(seed).nextBytes(content);
    return content;
  }

  private byte[] write(String name, int seed) throws IOException {
    byte[] content = content(seed, SIZE);
    Files.write(backend.resolve(name), content);
    return content;
  }

  private byte[] read(String name) throws IOException {
    return Files.readAllBytes(mountpoint.resolve(name));
  }

  private JsonObject status() throws Exception {
    Programs.Outcome outcome = programs().ringmount("status", mountpoint, "--json");
    assertEquals(0, outcome.code(), outcome.err());
    return JsonParser.parseString(outcome.out()).getAsJsonObject();
  }

  private long counted(String name) throws Exception {
    return status().get("cache").getAsJsonObject().get(name).getAsLong();
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.call()) {
      assertTrue(System.nanoTime() < end, () -> "in vain: " + what);
      Thread.sleep(20);
    }
  }

  private List<Path> copies(String ending) throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(each -> each.toString().endsWith(ending)).toList();
    }
  }

  /** Has the one file be copied. */
  private Path fill(String name) throws Exception {
    read(name);
    await("a copy", () -> !copies(CacheDirectory.DATA).isEmpty());
    return copies(CacheDirectory.DATA).getFirst();
  }

  /** Changes the first byte of a copy, so that it shows who is read. */
  private static void mark(Path copy) throws IOException {
    try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {77}), 0);
    }
  }

  private static byte[] marked(byte[] content) {
    byte[] marked = content.clone();
    marked[0] = 77;
    return marked;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",transport=uring,backend_io=inline",
        ",transport=device,backend_io=async",
        ",transport=uring,backend_io=async,direct_io=true"
      })
  void aFileThatWasReadIsReadFromItsCopy(String options) throws Exception {
    mountWithCache(options);
    byte[] content = write("f", 1);
    Thread.sleep(SETTLE_MILLIS);
    assertArrayEquals(content, read("f"));
    Path copy = fill("f");
    assertArrayEquals(content, Files.readAllBytes(copy));

    mark(copy);
    assertArrayEquals(marked(content), read("f"));
    assertTrue(counted("hits") > 0);
  }

  @Test
  void whatChangesOnTheBackendIsRead() throws Exception {
    mountWithCache(",attr_timeout=0,entry_timeout=0");
    write("f", 1);
    Thread.sleep(SETTLE_MILLIS);
    final Path copy = fill("f");
    byte[] changed = write("f", 2);
    assertArrayEquals(changed, read("f"));
    Thread.sleep(SETTLE_MILLIS);
    assertArrayEquals(changed, read("f"));
    await(
        "the new copy",
        () ->
            copies(CacheDirectory.DATA).contains(copy)
                && Arrays.equals(changed, Files.readAllBytes(copy)));
    assertArrayEquals(changed, read("f"));
  }

  @Test
  void whoHasItOpenSeesChangesToo() throws Exception {
    mountWithCache(",attr_timeout=0,entry_timeout=0");
    write("f", 1);
    Thread.sleep(SETTLE_MILLIS);
    fill("f");
    try (FileChannel open = FileChannel.open(mountpoint.resolve("f"))) {
      ByteBuffer first = ByteBuffer.allocate(1);
      open.read(first, 0);
      byte[] changed = write("f", 2);
      await(
          "the change",
          () -> {
            ByteBuffer all = ByteBuffer.allocate(SIZE);
            open.read(all, 0);
            return Arrays.equals(changed, all.array());
          });
    }
  }

  @Test
  void whatIsWrittenThroughTheMountIsRead() throws Exception {
    mountWithCache("");
    byte[] content = write("f", 1);
    Thread.sleep(SETTLE_MILLIS);
    fill("f");
    try (FileChannel reader = FileChannel.open(mountpoint.resolve("f"));
        FileChannel writer = FileChannel.open(mountpoint.resolve("f"), StandardOpenOption.WRITE)) {
      writer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), MIB);
      System.arraycopy(new byte[] {1, 2, 3}, 0, content, MIB, 3);
      ByteBuffer all = ByteBuffer.allocate(SIZE);
      while (all.hasRemaining()) {
        reader.read(all, all.position());
      }
      assertArrayEquals(content, all.array());
    }
    assertArrayEquals(content, read("f"));
    programs().script("truncate -s 5000 \"$1\"", mountpoint.resolve("f"));
    assertArrayEquals(Arrays.copyOf(content, 5000), read("f"));
  }

  @Test
  void whatWasOnlyOpenedToWriteKeepsItsCopy() throws Exception {
    mountWithCache("");
    byte[] content = write("f", 1);
    Thread.sleep(SETTLE_MILLIS);
    Path copy = fill("f");
    mark(copy);
    FileChannel.open(mountpoint.resolve("f"), StandardOpenOption.WRITE).close();
    assertArrayEquals(marked(content), read("f"));
  }

  @Test
  void theCacheOutlivesDaemonsAndMounts() throws Exception {
    mountWithCache("");
    byte[] content = write("f", 1);
    Thread.sleep(SETTLE_MILLIS);
    mark(fill("f"));
    try (FileChannel open = FileChannel.open(mountpoint.resolve("f"))) {
      ringmount("upgrade", mountpoint);
      assertArrayEquals(marked(content), read("f"));
      ByteBuffer first = ByteBuffer.allocate(1);
      open.read(first, 0);
      assertEquals(77, first.get(0));
    }
    await("the successor to know its cache", () -> counted("files") == 1);
    long daemon = status().get("daemonPid").getAsLong();
    ProcessHandle.of(daemon).orElseThrow().destroyForcibly();
    await(
        "another daemon",
        () -> {
          Programs.Outcome outcome = programs().ringmount("status", mountpoint, "--json");
          return outcome.code() == 0
              && JsonParser.parseString(outcome.out())
                      .getAsJsonObject()
                      .get("daemonPid")
                      .getAsLong()
                  != daemon;
        });
    assertArrayEquals(marked(content), read("f"));
    unmount(mountpoint);
    mountAgain("");
    assertArrayEquals(marked(content), read("f"));
    assertEquals(0, counted("misses"));
  }

  @Test
  void aCopyThatCannotBeReadIsDroppedAndMadeAnew() throws Exception {
    mountWithCache("");
    byte[] content = write("f", 1);
    Thread.sleep(SETTLE_MILLIS);
    Path copy = fill("f");
    try (FileChannel open = FileChannel.open(mountpoint.resolve("f"));
        FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      ByteBuffer all = ByteBuffer.allocate(SIZE);
      open.read(all.limit(1), 0);
      channel.truncate(MIB);
      programs().script("echo 1 > /proc/sys/vm/drop_caches");
      all.clear();
      while (all.hasRemaining()) {
        open.read(all, all.position());
      }
      assertArrayEquals(content, all.array());
    }
    assertEquals(1, counted("bad"));
    assertArrayEquals(content, read("f"));
    await("a new copy", () -> Files.exists(copy) && Files.size(copy) == SIZE);
  }

  @Test
  void theCapIsKept() throws Exception {
    // Room for three.
    mountWithCache(",cache_size_gb=0.01");
    for (int i = 0; i < 8; i++) {
      write("f" + i, i);
    }
    Thread.sleep(SETTLE_MILLIS);
    for (int i = 0; i < 8; i++) {
      int number = i;
      assertArrayEquals(content(i, SIZE), read("f" + i));
      await("copy " + i, () -> counted("filled") == number + 1);
      assertTrue(counted("usedBytes") <= counted("capacityBytes"));
    }
    assertEquals(3, counted("files"));
    assertEquals(5, counted("evicted"));
    assertEquals(3, copies(CacheDirectory.DATA).size());
    assertEquals(3, copies(CacheDirectory.MAP).size());
  }

  @Test
  void aDirectoryIsForOneMount() throws Exception {
    mountWithCache("");
    Path other = directory("other");
    Programs.Outcome second =
        programs().ringmount("mount", backend, other, "-o", "cache_dir=" + cache);
    assertEquals(1, second.code());
    assertTrue(second.err().contains("is in use by another mount"), second.err());
    unmount(mountpoint);
    Programs.Outcome third =
        programs().ringmount("mount", directory("backend2"), other, "-o", "cache_dir=" + cache);
    assertEquals(1, third.code());
    assertTrue(third.err().contains("holds copies of " + backend), third.err());
    Programs.Outcome inside =
        programs().ringmount("mount", backend, other, "-o", "cache_dir=" + backend.resolve("c"));
    assertNotEquals(0, inside.code());
    assertTrue(inside.err().contains("lies in the backend"), inside.err());
  }
}
