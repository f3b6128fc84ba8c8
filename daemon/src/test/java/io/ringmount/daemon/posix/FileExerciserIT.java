package io.ringmount.daemon.posix;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.daemon.MountedDirectories;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files keep what was written to them, by whatever way, while the daemon is upgraded under those
 * who write.
 */
@Timeout(value = 3600, threadMode = ThreadMode.SEPARATE_THREAD)
class FileExerciserIT extends MountedDirectories {
  /** How much is done to each file; {@code -Dringmount.exerciser.operations=1000000} for more. */
  private static final int OPERATIONS = Integer.getInteger("ringmount.exerciser.operations", 1_500);

  /** What it is; {@code -Dringmount.exerciser.seed} to have the same again. */
  private static final long SEED = Long.getLong("ringmount.exerciser.seed", System.nanoTime());

  private static final int FILES = 2;

  private Path backend;
  private Path mountpoint;
  private volatile boolean upgraded;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transport=uring,attr_timeout=0,entry_timeout=0",
        "transport=device,passthrough=off",
        "transport=uring,direct_io=true"
      })
  void filesKeepWhatWasWritten(String options) throws Exception {
    System.out.println("seed " + SEED + ", " + OPERATIONS + " a file, " + options);
    backend = directory("backend");
    mountpoint = mount(backend, directory("mount"), options);

    AtomicBoolean failed = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(FILES);
    try {
      List<Future<Integer>> exercises = new ArrayList<>();
      for (int file = 0; file < FILES; file++) {
        int number = file;
        exercises.add(threads.submit(() -> exercise(number, failed)));
      }
      ringmount("upgrade", mountpoint);
      upgraded = true;
      for (Future<Integer> each : exercises) {
        assertTrue(each.get() >= OPERATIONS, "one ended early");
      }
    } finally {
      failed.set(true);
      threads.shutdownNow();
    }
    unmount(mountpoint);
  }

  /** Throws where something differs; returns how much was done. */
  private int exercise(int number, AtomicBoolean failed) throws Exception {
    String name = "file" + number;
    Path file = mountpoint.resolve(name);
    FileExerciser exerciser = new FileExerciser(file, new Random(SEED + number));
    int done = 0;
    try {
      try (exerciser) {
        for (; (done < OPERATIONS || !upgraded) && !failed.get(); done++) {
          exerciser.next();
        }
      }
      exerciser.check(file);
      exerciser.check(backend.resolve(name));
      return done;
    } catch (Throwable e) {
      failed.set(true);
      throw e;
    }
  }
}
