package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.KernelFile;
import io.ringmount.channels.linux.ThreadPolicy;
import io.ringmount.channels.metrics.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Channels' threads give way to callers that move from processor to processor. */
class LendingIT extends MountTest {
  private final int[] cpus = usable();

  private static int[] usable() {
    try {
      return Cpu.usable();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many channels' threads are at idle priority. */
  private static int lent() throws IOException {
    int lent = 0;
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        try {
          boolean channel = KernelFile.read(task.resolve("comm")).startsWith("channel-");
          lent += channel && ThreadPolicy.of(task) == ThreadPolicy.IDLE ? 1 : 0;
        } catch (IOException | UncheckedIOException ended) {
          // A thread that is no more.
        }
      }
    }
    return lent;
  }

  private FuseMount mount(RingMode mode, boolean lends) throws IOException {
    return FuseMount.mount(
        new HelloFileSystem(),
        directory,
        MountOptions.builder("test")
            .transport(TransportKind.URING)
            .ringMode(mode)
            .lends(lends)
            .build());
  }

  /** Asks from one processor after the other until told to end. */
  private Thread wanderer(AtomicBoolean end, AtomicBoolean failed) throws IOException {
    int fd = FileOps.open(directory.resolve("hello"), FileFlags.O_RDONLY);
    return Thread.ofPlatform()
        .start(() -> {
          try (Arena arena = Arena.ofConfined()) {
            long buffer = arena.allocate(4096, 8).address();
            for (int i = 0; !end.get(); i++) {
              Cpu.pinCurrentThread(cpus[i % 2]);
              if (statx(fd, FileOps.EMPTY_PATH, buffer) != 0) {
                failed.set(true);
              }
            }
          } finally {
            FileOps.close(fd);
          }
        });
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SQPOLL")
  void processorsAreLentWhileACallerMovesAndNoLonger(RingMode mode) throws Exception {
    Assumptions.assumeTrue(cpus.length > 1, "a caller needs two processors to move");
    AtomicBoolean end = new AtomicBoolean();
    AtomicBoolean failed = new AtomicBoolean();
    try (FuseMount mount = mount(mode, true)) {
      Thread caller = wanderer(end, failed);
      try {
        Eventually.holds(() -> lent() > 0, () -> "no processor is lent");
      } finally {
        end.set(true);
        caller.join();
      }
      Eventually.holds(() -> lent() == 0, () -> "processors are lent for nobody");
      assertTrue(mount.metrics().total().value(Metric.MOVED) >= 16);
      assertTrue(mount.metrics().total().value(Metric.LENT) > 0);
    }
    assertEquals(false, failed.get());
  }

  @Test
  void nothingIsLentIfNotWanted() throws Exception {
    Assumptions.assumeTrue(cpus.length > 1, "a caller needs two processors to move");
    AtomicBoolean end = new AtomicBoolean();
    AtomicBoolean failed = new AtomicBoolean();
    try (FuseMount mount = mount(RingMode.STRICT, false)) {
      Thread caller = wanderer(end, failed);
      try {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
        while (System.nanoTime() - until < 0) {
          assertEquals(0, lent());
        }
      } finally {
        end.set(true);
        caller.join();
      }
      assertEquals(0, mount.metrics().total().value(Metric.LENT));
    }
    assertEquals(false, failed.get());
  }
}
