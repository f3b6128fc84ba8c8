package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import io.ringmount.channels.RequiresFuse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What fails in the cache is nothing that applications see, and the cache comes back by itself. */
@RequiresFuse
@Timeout(120)
class CacheFailureIT extends CachedMount {
  private String degraded() throws Exception {
    JsonElement why = status().getAsJsonObject("cache").get("degraded");
    return why.isJsonNull() ? "" : why.getAsString();
  }

  private void mountWithDisk(String size) throws Exception {
    cache = mountOther("tmpfs", directory("cache"), "mode=0700,size=" + size);
    mountAgain(",cache_free_percent=0");
  }

  /** A cache that has failed is tried again after a while. */
  private void awaitRecovery(String name) throws Exception {
    await(
        "a copy of " + name,
        () -> {
          read(name);
          return counted("filled") > 0 && degraded().isEmpty();
        });
  }

  @Test
  void aFullDisk() throws Exception {
    mountWithDisk("6m");
    Path junk = Files.write(cache.resolve("junk"), new byte[5 << 20]);
    assertArrayEquals(content(f), read(f));
    await("the cache to say so", () -> degraded().contains("ENOSPC"));
    assertArrayEquals(content(f), read(f));
    assertEquals(0, copies(CacheDirectory.PART).size());
    Files.delete(junk);
    awaitRecovery(g);
  }

  @Test
  void aDiskThatCanOnlyBeRead() throws Exception {
    mountWithDisk("50m");
    mark(fill(f));
    // As the journal is open, it cannot be mounted read-only.
    assertEquals(0, programs().script("chattr -R +i \"$1\"/?? && chattr +i \"$1\"", cache).code());
    assertArrayEquals(content(g), read(g));
    await("the cache to say so", () -> degraded().contains("EPERM"));
    assertArrayEquals(marked(content(f)), read(f));
    assertArrayEquals(content(g), read(g));
    assertEquals(0, programs().script("chattr -i \"$1\" && chattr -R -i \"$1\"/??", cache).code());
    awaitRecovery(g);
  }

  @Test
  void aDiskThatHangs() throws Exception {
    // Served by another daemon, which can be made to stand still.
    Path disk = directory("disk");
    mount(
        directory("behind"),
        disk,
        "transport=device,hang_limit=0,passthrough=off,attr_timeout=0,entry_timeout=0");
    cache = disk.resolve("cache");
    mountAgain(",cache_free_percent=0");
    mark(fill(f));
    assertArrayEquals(marked(content(f)), read(f));
    long daemon = programs().status(disk).get("daemonPid").getAsLong();
    try (FileChannel open = FileChannel.open(mountpoint.resolve(f))) {
      programs().script("kill -STOP $1", daemon);
      try {
        await("the cache to say so", () -> degraded().contains("does not answer"));
        dropCaches();
        assertArrayEquals(content(f), all(open));
        assertArrayEquals(content(g), read(g));
        Files.write(mountpoint.resolve(g), content(f));
        assertArrayEquals(content(f), read(g));
      } finally {
        programs().script("kill -CONT $1", daemon);
      }
      await("the disk to be used again", () -> degraded().isEmpty());
      assertArrayEquals(marked(content(f)), read(f));
    }
  }

  @Test
  void aDirectoryThatIsRemoved() throws Exception {
    mountWithCache("");
    final byte[] content = content(f);
    fill(f);
    assertEquals(0, programs().script("rm -rf \"$1\"", cache).code());
    assertArrayEquals(content, read(f));
    await("the cache to say so", () -> degraded().contains("has removed"));
    assertArrayEquals(content, read(f));
    await(
        "a new copy",
        () -> {
          read(f);
          return Files.exists(cache) && copies(CacheDirectory.DATA).size() == 1;
        });
    assertEquals(1, counted("files"));
    unmount(mountpoint);
  }

  @Test
  void contentsThatAreRemoved() throws Exception {
    mountWithCache("");
    final byte[] content = content(f);
    fill(f);
    assertEquals(0, programs().script("cd \"$1\" && rm -rf *", cache).code());
    assertArrayEquals(content, read(f));
    await(
        "a new copy",
        () -> {
          read(f);
          return copies(CacheDirectory.DATA).size() == 1;
        });
    await("the lock", () -> Files.exists(cache.resolve("lock")));
    unmount(mountpoint);
  }
}
