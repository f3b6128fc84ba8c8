package io.ringmount.daemon.posix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was read is read again without the daemon, and what others wrote is seen. */
@RequiresFuse
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class PageCacheIT {
  private static final int SIZE = 8 << 20;

  /** After which a file counts as unchanged. */
  private static final long SETTLED_MILLIS = 3_500;

  @TempDir Path work;
  private final Deque<Path> mounted = new ArrayDeque<>();
  private final byte[] content = new byte[SIZE];
  private Programs programs;
  private Path backend;
  private Path mountpoint;

  @BeforeEach
  void prepare() throws Exception {
    programs = new Programs(work.resolve("run"));
    backend = Files.createDirectory(work.resolve("backend"));
    mountpoint = Files.createDirectory(work.resolve("mount"));
    new Random(1).nextBytes(content);
    Files.write(backend.resolve("file"), content);
  }

  @AfterEach
  void unmountAll() throws Exception {
    for (Path each : mounted) {
      while (Mounts.find(each).isPresent()) {
        Mounts.umount(each, Mounts.MNT_DETACH);
      }
    }
  }

  private void mount(Path source, Path target, String options) throws Exception {
    mounted.push(target);
    Programs.Outcome outcome = programs.ringmount("mount", source, target, "-o", options);
    assertEquals(0, outcome.code(), outcome.err());
  }

  /** How many READs it takes to read the file, whose content is as expected. */
  private long reads() throws Exception {
    long before = answeredReads();
    assertArrayEquals(content, Files.readAllBytes(mountpoint.resolve("file")));
    return answeredReads() - before;
  }

  private long answeredReads() throws Exception {
    Programs.Outcome status = programs.ringmount("status", mountpoint, "--json");
    assertEquals(0, status.code(), status.err());
    for (JsonElement each :
        JsonParser.parseString(status.out())
            .getAsJsonObject()
            .getAsJsonObject("totals")
            .getAsJsonArray("operations")) {
      if (each.getAsJsonObject().get("name").getAsString().equals("READ")) {
        return each.getAsJsonObject().get("answered").getAsLong();
      }
    }
    return 0;
  }

  /** A mount is a backend that others may write to, as a server is. */
  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void pagesOfASharedBackendStayUntilTheFileChanges(String transport) throws Exception {
    Path shared = Files.createDirectory(work.resolve("shared"));
    mount(backend, shared, "transport=uring");
    // Attributes that are never asked for again: only the open can tell that a file is another.
    mount(shared, mountpoint, "attr_timeout=365d,entry_timeout=365d,transport=" + transport);
    Thread.sleep(SETTLED_MILLIS);
    assertTrue(reads() > 0);
    assertEquals(0, reads());
    Arrays.fill(content, 1 << 20, 2 << 20, (byte) 'x');
    Files.write(shared.resolve("file"), content);
    assertTrue(reads() > 0);
    Thread.sleep(SETTLED_MILLIS);
    assertTrue(reads() > 0, "it may have changed in the same tick");
    assertEquals(0, reads());
    Programs.Outcome upgraded = programs.ringmount("upgrade", mountpoint);
    assertEquals(0, upgraded.code(), upgraded.err());
    assertTrue(reads() > 0, "this daemon does not know what the kernel has");
    assertEquals(0, reads());
    for (Path each : new Path[] {mountpoint, shared}) {
      Programs.Outcome unmounted = programs.ringmount("unmount", each);
      assertEquals(0, unmounted.code(), unmounted.err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void pagesOfALocalBackendGoAtEachOpen(String transport) throws Exception {
    mount(backend, mountpoint, "transport=" + transport);
    Thread.sleep(SETTLED_MILLIS);
    assertTrue(reads() > 0);
    assertTrue(reads() > 0);
    Programs.Outcome unmounted = programs.ringmount("unmount", mountpoint);
    assertEquals(0, unmounted.code(), unmounted.err());
  }
}
