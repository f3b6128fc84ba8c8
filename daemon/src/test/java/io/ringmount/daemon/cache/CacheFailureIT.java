package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import io.ringmount.channels.RequiresFuse;
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
    assertEquals(0, programs().script("mount -o remount,ro \"$1\"", cache).code());
    assertArrayEquals(content(g), read(g));
    await("the cache to say so", () -> degraded().contains("EROFS"));
    assertArrayEquals(marked(content(f)), read(f));
    assertArrayEquals(content(g), read(g));
    assertEquals(0, programs().script("mount -o remount,rw \"$1\"", cache).code());
    awaitRecovery(g);
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
  }
}
