package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.ringmount.channels.Execution;
import io.ringmount.channels.FuseMount;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.daemon.MountedDirectories;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How copies of files behind a slow link are made: with no byte fetched twice. */
@RequiresFuse
@Timeout(180)
class FillIT extends MountedDirectories {
  private static final long MIB = 1 << 20;
  private static final long SIZE = 192 * MIB + 4321;
  private static final long LINK = 110 * MIB;
  private static final long LATENCY_MICROS = 500;
  private static final int SLOTS = 64;
  private static final long SECONDS = 60;

  private ThrottledFileSystem files;
  private FuseMount backend;
  private Path mountpoint;

  @AfterEach
  void unmountBackend() throws IOException {
    unmountAll();
    backend.close();
  }

  private void mountWithCache(long bytesPerSecond, String options) throws Exception {
    Path directory = directory("backend");
    files = new ThrottledFileSystem(SIZE, bytesPerSecond, LATENCY_MICROS);
    backend =
        FuseMount.mount(
            files,
            directory,
            MountOptions.builder("throttled")
                .execution(Execution.DETACHED)
                .slots(SLOTS)
                .memoryBudget(1L << 30)
                .build());
    mountpoint =
        mount(
            directory,
            directory("mount"),
            "cache_free_percent=0,cache_dir=" + work.resolve("cache") + options);
  }

  private Path file(int number) {
    return mountpoint.resolve(ThrottledFileSystem.name(number));
  }

  /** Reads to the end, or until there are {@code most} bytes, and checks all of it. */
  private static void read(Path file, int number, long most) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect((int) MIB).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file)) {
      long position = 0;
      while (position < most) {
        buffer.clear();
        int read = channel.read(buffer, position);
        if (read < 0) {
          assertEquals(SIZE, position);
          return;
        }
        for (int i = 0; i + Long.BYTES <= read; i += Long.BYTES) {
          if (buffer.getLong(i) != ThrottledFileSystem.content(number, position + i)) {
            throw new AssertionError("wrong content of " + file + " at " + (position + i));
          }
        }
        position += read;
      }
    }
  }

  private JsonObject cacheStatus() throws IOException {
    return programs().status(mountpoint).getAsJsonObject("cache");
  }

  private void awaitFilled(long count) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (cacheStatus().get("filled").getAsLong() < count) {
      assertTrue(System.nanoTime() < end, () -> "no copy is completed: " + files.served());
      Thread.sleep(50);
    }
  }

  private void assertFetchedOnce(int files) {
    long fetched = this.files.served();
    assertTrue(fetched >= files * SIZE && fetched <= 1.02 * files * SIZE, () -> "" + fetched);
  }

  @Test
  void whatAStreamReadsIsNotFetchedAgain() throws Exception {
    mountWithCache(LINK, "");
    read(file(0), 0, Long.MAX_VALUE);
    awaitFilled(1);
    assertFetchedOnce(1);
    read(file(0), 0, Long.MAX_VALUE);
    assertFetchedOnce(1);
  }

  @Test
  void whatNobodyReadsIsFetchedInTheEnd() throws Exception {
    mountWithCache(0, "");
    read(file(0), 0, MIB);
    awaitFilled(1);
    assertFetchedOnce(1);
    read(file(0), 0, Long.MAX_VALUE);
    assertFetchedOnce(1);
  }

  @Test
  void manyReadersOfOneFileFetchItOnce() throws Exception {
    mountWithCache(LINK, "");
    Thread[] readers = new Thread[8];
    Throwable[] failures = new Throwable[readers.length];
    for (int i = 0; i < readers.length; i++) {
      int number = i;
      readers[i] =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  read(file(0), 0, Long.MAX_VALUE);
                } catch (IOException | RuntimeException | Error e) {
                  failures[number] = e;
                }
              });
    }
    for (Thread each : readers) {
      each.join();
    }
    for (Throwable each : failures) {
      assertEquals(null, each);
    }
    awaitFilled(1);
    assertFetchedOnce(1);
  }

  @Test
  void theSecondReadCountsWithTheOption() throws Exception {
    mountWithCache(0, ",fill=second-read");
    read(file(0), 0, MIB);
    Thread.sleep(500);
    long once = files.served();
    assertTrue(once < SIZE / 2, () -> "" + once);
    read(file(0), 0, MIB);
    awaitFilled(1);
    read(file(0), 0, Long.MAX_VALUE);
  }

  @Test
  void aFillGoesOnAfterUpgradesAndKills() throws Exception {
    mountWithCache(LINK / 20, "");
    read(file(0), 0, MIB);
    Thread.sleep(1_500);
    ringmount("upgrade", mountpoint);
    read(file(0), 0, MIB);
    Thread.sleep(1_200);
    assertEquals(0, cacheStatus().get("filled").getAsLong());
    long daemon = programs().status(mountpoint).get("daemonPid").getAsLong();
    ProcessHandle.of(daemon).orElseThrow().destroyForcibly();
    files.limit(LINK);
    read(file(0), 0, Long.MAX_VALUE);
    awaitFilled(1);
    long fetched = files.served();
    // What a process has not noted when it ends is fetched again.
    assertTrue(fetched < 1.6 * SIZE, () -> "" + fetched);
    read(file(0), 0, Long.MAX_VALUE);
    assertEquals(fetched, files.served());
  }
}
