package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.daemon.Programs;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators ask of a cache. */
@RequiresFuse
@Timeout(180)
class CacheCommandsIT extends CachedMount {
  /** Three copies have room for, with some to spare. */
  private static final String THREE = ",cache_size_gb=0.01";

  private Programs.Outcome cache(Object... arguments) throws Exception {
    Object[] all = new Object[arguments.length + 1];
    all[0] = "cache";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return programs().ringmount(all);
  }

  private String succeed(Object... arguments) throws Exception {
    Programs.Outcome outcome = cache(arguments);
    assertEquals(0, outcome.code(), outcome.err());
    return outcome.out().strip();
  }

  /** Reads so many other files that all which may go has gone. */
  private void readOthers() throws Exception {
    for (int i = 0; i < 4; i++) {
      long before = counted("filled");
      read(next());
      await("a copy", () -> counted("filled") > before);
    }
  }

  private void damage(Path copy, long at) throws Exception {
    try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}), at);
      channel.force(false);
    }
  }

  @Test
  void whatIsWarmedIsThereBeforeItIsRead() throws Exception {
    mountWithCache(",cache_size_gb=0.01");
    Files.createDirectories(backend.resolve("d/e"));
    write("d/f", 1);
    write("d/e/f", 2);
    write("other", 3);
    Files.createFile(backend.resolve("d/empty"));
    Files.write(backend.resolve("huge"), content(4, 4 * SIZE));
    Files.createSymbolicLink(backend.resolve("d/link"), Path.of("../other"));
    Programs.Outcome outcome = programs().ringmount("cache", "warm", mountpoint, "d", "--wait");
    assertEquals(0, outcome.code(), outcome.err());
    assertTrue(outcome.out().startsWith("3 files, "), outcome.out());
    assertEquals(2, copies(CacheDirectory.DATA).size());
    copies(CacheDirectory.DATA).forEach(each -> assertDoesNotThrow(() -> mark(each)));
    assertArrayEquals(marked(content(1, SIZE)), read("d/f"));
    assertArrayEquals(marked(content(2, SIZE)), read("d/e/f"));
    assertEquals(0, counted("misses"));

    Programs.Outcome huge = programs().ringmount("cache", "warm", mountpoint, "huge");
    assertEquals(1, huge.code());
    assertTrue(huge.err().contains("huge: is larger than the cache"), huge.err());
    Programs.Outcome outside = programs().ringmount("cache", "warm", mountpoint, "/etc/passwd");
    assertTrue(outside.err().contains("is not in the mount"), outside.err());
    Programs.Outcome status = programs().ringmount("cache", "status", mountpoint);
    assertTrue(status.out().contains(": 2 files, "), status.out());
  }

  @Test
  void whatIsPinnedStays() throws Exception {
    mountWithCache(THREE);
    assertTrue(succeed("pin", mountpoint, f, "--wait").startsWith("1 files pinned, "));
    assertEquals(1, counted("pinned"));
    readOthers();
    read(f);
    long misses = counted("misses");
    read(f);
    assertEquals(misses, counted("misses"));

    unmount(mountpoint);
    mountAgain(THREE);
    await("the cache to know its pins", () -> counted("pinned") == 1);
    readOthers();
    assertTrue(copies(CacheDirectory.DATA).size() <= 3);
    misses = counted("misses");
    read(f);
    assertEquals(misses, counted("misses"));

    assertEquals("0 files unpinned", succeed("unpin", mountpoint, g));
    assertEquals("1 files unpinned", succeed("unpin", mountpoint, f));
    readOthers();
    misses = counted("misses");
    read(f);
    assertTrue(counted("misses") > misses);
  }

  @Test
  void noMoreIsPinnedThanTheCacheHolds() throws Exception {
    mountWithCache(THREE);
    String third = next();
    Programs.Outcome outcome = cache("pin", mountpoint, f, g, third, next(), "--json");
    assertEquals(1, outcome.code());
    assertTrue(outcome.err().contains("pinned files leave of it"), outcome.err());
    JsonObject said = JsonParser.parseString(outcome.out()).getAsJsonObject();
    assertEquals(4, said.get("files").getAsInt());
    assertEquals(1, said.get("refused").getAsInt());
    assertEquals(3, counted("pinned"));
    Programs.Outcome none = cache("pin", mountpoint);
    assertEquals(2, none.code());
    assertEquals("3 files unpinned", succeed("unpin", mountpoint));
    assertEquals(0, counted("pinnedBytes"));
  }

  @Test
  void copiesAreRemoved() throws Exception {
    mountWithCache("");
    Path h = Path.of(next());
    succeed("pin", mountpoint, h, "--wait");
    succeed("warm", mountpoint, f, g, "--wait");
    assertEquals(3, counted("files"));
    assertTrue(succeed("clean", mountpoint, "--older-than", "1d").startsWith("0 copies"));
    try (FileChannel open = FileChannel.open(mountpoint.resolve(f))) {
      assertTrue(succeed("clean", mountpoint, f).startsWith("1 copies removed, "));
      assertArrayEquals(content(f), all(open));
    }
    read(f);
    await("the copy of f", () -> counted("files") == 3 && copies(CacheDirectory.DATA).size() == 3);

    unmount(mountpoint);
    for (Path each : copies(CacheDirectory.DATA)) {
      assertEquals(0, programs().script("touch -d '8 days ago' \"$1\"", each).code());
    }
    // It knows better.
    assertEquals(0, programs().script("rm -r \"$1\"", cache.resolve("journal")).code());
    mountAgain("");
    await("the cache to know its copies", () -> counted("files") == 3);
    read(g);
    String said = succeed("clean", mountpoint, "--older-than", "7d", "--json");
    assertEquals(1, JsonParser.parseString(said).getAsJsonObject().get("files").getAsInt());
    assertEquals(2, counted("files"));
    said = succeed("clean", mountpoint, "--all");
    assertTrue(
        said.startsWith("1 copies removed, ") && said.endsWith(", 1 pinned ones kept"), said);
    assertEquals(1, copies(CacheDirectory.DATA).size());
    assertEquals(2, cache("clean", mountpoint).code());
    Programs.Outcome wrong = cache("clean", mountpoint, "--older-than", "7x");
    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("--older-than: "), wrong.err());
  }

  @Test
  void damagedBlocksAreFetchedAgain() throws Exception {
    mountWithCache("");
    Path copy = fill(f);
    fillAnother(g);
    assertTrue(succeed("verify", mountpoint).endsWith(": 0 blocks damaged"));
    damage(copy, 2 * MIB + 100);
    damage(copy, SIZE - 8);
    String said = succeed("verify", mountpoint, "--json");
    JsonObject outcome = JsonParser.parseString(said).getAsJsonObject();
    assertEquals(2, outcome.get("files").getAsInt());
    assertEquals(2 * SIZE, outcome.get("bytes").getAsLong());
    assertEquals(2, outcome.get("badBlocks").getAsInt());
    assertEquals(1, counted("bad"));
    assertFalse(Files.exists(copy));

    long before = counted("fetchedBytes");
    assertArrayEquals(content(f), read(f));
    await("the copy to be mended", () -> Files.exists(copy));
    assertEquals(SIZE - 2 * MIB, counted("fetchedBytes") - before);
    assertArrayEquals(content(f), Files.readAllBytes(copy));
    said = succeed("verify", mountpoint, f);
    assertTrue(said.startsWith("1 copies, ") && said.endsWith(": 0 blocks damaged"), said);
  }

  private void fillAnother(String name) throws Exception {
    read(name);
    await("another copy", () -> copies(CacheDirectory.DATA).size() == 2);
  }

  @Test
  void copiesAreComparedToTheirChecksumsNowAndThen() throws Exception {
    mountWithCache("");
    Path copy = fill(f);
    unmount(mountpoint);
    damage(copy, MIB);
    Path format = cache.resolve("ringmount-cache");
    Instant longAgo = Instant.now().minus(Duration.ofDays(8));
    Files.setLastModifiedTime(format, FileTime.from(longAgo));
    mountAgain("");
    await("the damage to be found", () -> counted("bad") == 1);
    await(
        "the end of it",
        () -> Files.getLastModifiedTime(format).toInstant().isAfter(longAgo.plusSeconds(60)));
    assertArrayEquals(content(f), read(f));
  }
}
