package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.RequiresFuse;
import io.ringmount.daemon.Programs;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mount with a cache reads, and from where. */
@RequiresFuse
@Timeout(180)
class CacheIT extends CachedMount {
  @ParameterizedTest
  @ValueSource(
      strings = {
        ",transport=uring,backend_io=inline",
        ",transport=device,backend_io=async",
        ",transport=uring,backend_io=async,direct_io=true"
      })
  void aFileThatWasReadIsReadFromItsCopy(String options) throws Exception {
    mountWithCache(options);
    byte[] content = content(f);
    assertArrayEquals(content, read(f));
    Path copy = fill(f);
    assertArrayEquals(content, Files.readAllBytes(copy));

    mark(copy);
    assertArrayEquals(marked(content), read(f));
    assertTrue(counted("hits") > 0);
  }

  @Test
  void whatChangesOnTheBackendIsRead() throws Exception {
    mountWithCache(",attr_timeout=0,entry_timeout=0");
    final Path copy = fill(f);
    byte[] changed = write(f, -2);
    assertArrayEquals(changed, read(f));
    Thread.sleep(SETTLE_MILLIS);
    assertArrayEquals(changed, read(f));
    await(
        "the new copy",
        () ->
            copies(CacheDirectory.DATA).contains(copy)
                && Arrays.equals(changed, Files.readAllBytes(copy)));
    assertArrayEquals(changed, read(f));
  }

  @Test
  void whoHasItOpenSeesChangesToo() throws Exception {
    mountWithCache(",attr_timeout=0,entry_timeout=0");
    fill(f);
    try (FileChannel open = FileChannel.open(mountpoint.resolve(f))) {
      ByteBuffer first = ByteBuffer.allocate(1);
      open.read(first, 0);
      byte[] changed = write(f, -2);
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
    byte[] content = content(f);
    fill(f);
    try (FileChannel reader = FileChannel.open(mountpoint.resolve(f));
        FileChannel writer = FileChannel.open(mountpoint.resolve(f), StandardOpenOption.WRITE)) {
      writer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), MIB);
      System.arraycopy(new byte[] {1, 2, 3}, 0, content, MIB, 3);
      ByteBuffer all = ByteBuffer.allocate(SIZE);
      while (all.hasRemaining()) {
        reader.read(all, all.position());
      }
      assertArrayEquals(content, all.array());
    }
    assertArrayEquals(content, read(f));
    programs().script("truncate -s 5000 \"$1\"", mountpoint.resolve(f));
    assertArrayEquals(Arrays.copyOf(content, 5000), read(f));
  }

  @Test
  void whatWasOnlyOpenedToWriteKeepsItsCopy() throws Exception {
    mountWithCache("");
    byte[] content = content(f);
    Path copy = fill(f);
    mark(copy);
    FileChannel.open(mountpoint.resolve(f), StandardOpenOption.WRITE).close();
    assertArrayEquals(marked(content), read(f));
  }

  @Test
  void theCacheOutlivesDaemonsAndMounts() throws Exception {
    mountWithCache("");
    byte[] content = content(f);
    mark(fill(f));
    try (FileChannel open = FileChannel.open(mountpoint.resolve(f))) {
      ringmount("upgrade", mountpoint);
      assertArrayEquals(marked(content), read(f));
      ByteBuffer first = ByteBuffer.allocate(1);
      open.read(first, 0);
      assertEquals(77, first.get(0));
    }
    await("the successor to know its cache", () -> counted("files") == 1);
    long daemon = status().get("daemonPid").getAsLong();
    ProcessHandle.of(daemon).orElseThrow().destroyForcibly();
    awaitAnotherDaemon(daemon);
    assertArrayEquals(marked(content), read(f));
    unmount(mountpoint);
    mountAgain("");
    assertArrayEquals(marked(content), read(f));
    assertEquals(0, counted("misses"));
  }

  @Test
  void aCopyThatCannotBeReadIsDroppedAndMadeAnew() throws Exception {
    mountWithCache("");
    byte[] content = content(f);
    Path copy = fill(f);
    try (FileChannel open = FileChannel.open(mountpoint.resolve(f));
        FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      ByteBuffer all = ByteBuffer.allocate(SIZE);
      open.read(all.limit(1), 0);
      channel.truncate(MIB);
      dropCaches();
      all.clear();
      while (all.hasRemaining()) {
        open.read(all, all.position());
      }
      assertArrayEquals(content, all.array());
    }
    assertEquals(1, counted("bad"));
    assertArrayEquals(content, read(f));
    await("a new copy", () -> Files.exists(copy) && Files.size(copy) == SIZE);
  }

  @Test
  void whatThePageCacheHasIsNotReadAgain() throws Exception {
    mountWithCache("");
    byte[] content = content(f);
    fill(f);
    read(f);
    long before = counted("hits");
    assertArrayEquals(content, Files.readAllBytes(mountpoint.resolve(f)));
    assertEquals(before, counted("hits"));
    write(f, -2);
    assertArrayEquals(content(-2, SIZE), Files.readAllBytes(mountpoint.resolve(f)));
  }

  @Test
  void copiesInAReadOnlyMountAreReadByTheKernel() throws Exception {
    mountWithCache(",attr_timeout=0,entry_timeout=0,read_only,backend_io=async");
    byte[] content = content(f);
    mark(fill(f));
    try (FileChannel first = FileChannel.open(mountpoint.resolve(f))) {
      long daemon = status().get("daemonPid").getAsLong();
      programs().script("kill -STOP $1", daemon);
      try {
        assertArrayEquals(marked(content), all(first));
      } finally {
        programs().script("kill -CONT $1", daemon);
      }
      assertArrayEquals(marked(content), read(f));
      ringmount("upgrade", mountpoint);
      assertArrayEquals(marked(content), read(f));
      assertArrayEquals(marked(content), all(first));

      byte[] changed = write(f, -2);
      assertArrayEquals(changed, read(f));
      // As who has a file open that was replaced.
      assertArrayEquals(marked(content), all(first));
    }
    assertArrayEquals(content(-2, SIZE), read(f));
    unmount(mountpoint);
  }

  @Test
  void theNextShardsAreCopiedAhead() throws Exception {
    mountWithCache("");
    assertArrayEquals(shardContent(1), read(shard(1)));
    await("the second", () -> counted("filled") == 2);
    long misses = counted("misses");
    assertArrayEquals(shardContent(2), read(shard(2)));
    assertEquals(misses, counted("misses"));
    await("the others", () -> counted("filled") == SHARDS);
    for (int i = 3; i <= SHARDS; i++) {
      assertArrayEquals(shardContent(i), read(shard(i)));
    }
    assertEquals(misses, counted("misses"));
    await("the last guess to come true", () -> counted("guessedRight") == SHARDS - 1);
    assertEquals(SHARDS - 1, counted("guessed"));
  }

  @Test
  void theCapIsKept() throws Exception {
    // Room for three.
    mountWithCache(",cache_size_gb=0.01");
    for (int i = 1; i <= 5; i++) {
      int number = i;
      String name = next();
      assertArrayEquals(content(name), read(name));
      await("copy " + i, () -> counted("filled") == number);
      assertTrue(counted("usedBytes") <= counted("capacityBytes"));
    }
    assertEquals(3, counted("files"));
    assertEquals(2, counted("evicted"));
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
