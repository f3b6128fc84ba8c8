package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.daemon.MountedDirectories;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Files that are read, changed through the mount and behind it, and replaced, while copies are made
 * and evicted and daemons come and go: what is read is what was written last.
 */
@RequiresFuse
@Timeout(300)
class CacheModelIT extends MountedDirectories {
  private static final int FILES = 12;
  private static final int LARGEST = 3 << 20;
  private static final long RUN_NANOS =
      TimeUnit.SECONDS.toNanos(Integer.getInteger("ringmount.cache.seconds", 15));
  private static final long NEXT_DAEMON_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final long seed = Long.getLong("ringmount.random.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final byte[][] contents = new byte[FILES][];
  private final FileChannel[] open = new FileChannel[FILES];
  private Path backend;
  private Path mountpoint;
  private int step;

  @Test
  void whatIsReadIsWhatWasWrittenLast() throws Exception {
    System.out.println("seed " + seed);
    backend = directory("backend");
    for (int i = 0; i < FILES; i++) {
      replace(i, backend);
    }
    mountpoint =
        mount(
            backend,
            directory("mount"),
            "attr_timeout=0,entry_timeout=0,cache_size_gb=0.015,cache_dir="
                + work.resolve("cache"));
    long begin = System.nanoTime();
    long nextDaemon = begin + NEXT_DAEMON_NANOS;
    long filled = 0;
    long hits = 0;
    while (System.nanoTime() - begin < RUN_NANOS) {
      act(random.nextInt(FILES));
      step++;
      if (System.nanoTime() - nextDaemon > 0) {
        JsonObject cache = cacheStatus();
        filled += cache.get("filled").getAsLong();
        hits += cache.get("hits").getAsLong();
        replaceDaemon();
        nextDaemon = System.nanoTime() + NEXT_DAEMON_NANOS;
      }
    }
    for (int i = 0; i < FILES; i++) {
      read(i);
      close(i);
    }
    JsonObject cache = cacheStatus();
    assertEquals(0, cache.get("bad").getAsLong(), () -> "seed " + seed);
    System.out.println(step + " steps, " + filled + " copies made, " + hits + " reads of them");
    assertTrue(filled > 0 && hits > 0, () -> "seed " + seed);
    unmount(mountpoint);
  }

  private JsonObject cacheStatus() throws IOException {
    return status().getAsJsonObject("cache");
  }

  private JsonObject status() throws IOException {
    return programs().status(mountpoint);
  }

  private void replaceDaemon() throws Exception {
    if (random.nextBoolean()) {
      ringmount("upgrade", mountpoint);
    } else {
      ProcessHandle.of(status().get("daemonPid").getAsLong()).orElseThrow().destroyForcibly();
    }
  }

  private void act(int file) throws IOException, InterruptedException {
    switch (random.nextInt(120)) {
      case 0 -> write(file, mountpoint);
      case 1 -> {
        close(file);
        write(file, backend);
      }
      case 2 -> replace(file, mountpoint);
      case 3 -> {
        close(file);
        replace(file, backend);
      }
      case 4 -> resize(file);
      case 5, 6, 7 -> Thread.sleep(random.nextInt(300));
      default -> read(file);
    }
  }

  private static String name(int file) {
    return "f" + file;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Changes a part of a file. */
  private void write(int file, Path through) throws IOException {
    int offset = random.nextInt(contents[file].length + 1);
    byte[] part = bytes(1 + random.nextInt(LARGEST - offset));
    try (FileChannel channel =
        FileChannel.open(through.resolve(name(file)), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(part), offset);
    }
    byte[] before = contents[file];
    contents[file] = Arrays.copyOf(before, Math.max(before.length, offset + part.length));
    System.arraycopy(part, 0, contents[file], offset, part.length);
  }

  /** Puts another file in its place. */
  private void replace(int file, Path through) throws IOException {
    close(file);
    contents[file] = bytes(random.nextInt(LARGEST));
    Path next = Files.write(through.resolve("next"), contents[file]);
    Files.move(next, through.resolve(name(file)), StandardCopyOption.ATOMIC_MOVE);
  }

  private void resize(int file) throws IOException, InterruptedException {
    int size = random.nextInt(LARGEST);
    Path path = mountpoint.resolve(name(file));
    assertEquals(0, programs().script("truncate -s $2 \"$1\"", path, size).code());
    contents[file] = Arrays.copyOf(contents[file], size);
  }

  /** Reads a part of a file, or all of it, with a descriptor that is open or a new one. */
  private void read(int file) throws IOException {
    if (open[file] == null || random.nextBoolean()) {
      close(file);
      open[file] = FileChannel.open(mountpoint.resolve(name(file)));
    }
    byte[] content = contents[file];
    int offset = random.nextBoolean() ? 0 : random.nextInt(content.length + 1);
    ByteBuffer buffer = ByteBuffer.allocate(content.length - offset + 1);
    int read;
    do {
      read = open[file].read(buffer, offset + buffer.position());
    } while (read > 0);
    int difference =
        Arrays.mismatch(content, offset, content.length, buffer.array(), 0, buffer.position());
    assertEquals(
        -1, difference, () -> name(file) + " from " + offset + ", step " + step + ", seed " + seed);
  }

  private void close(int file) throws IOException {
    if (open[file] != null) {
      open[file].close();
      open[file] = null;
    }
  }
}
