package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.SlowFileSystem.Style;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.metrics.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/**
 * A test with a mounted {@link SlowFileSystem}. Only threads and processes that the test may leave
 * behind touch the mount, so that a request nobody answers fails the test and does not hang it.
 */
abstract class SlowMountTest extends MountTest {
  static final long PATIENCE_SECONDS = 20;

  SlowFileSystem files;
  FuseMount mount;
  private final ExecutorService clients =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("client-", 0).factory());
  private final List<Process> processes = new ArrayList<>();

  void serve(SlowFileSystem fileSystem, MountOptions.Builder options) throws IOException {
    files = fileSystem;
    mount = FuseMount.mount(fileSystem, directory, options.build());
  }

  void serve(Style style, MountOptions.Builder options) throws IOException {
    SlowFileSystem fileSystem =
        new SlowFileSystem(style).with("slow/x", "slow/y", "slow/z", "other/z", "a", "b", "c");
    Execution execution = style == Style.LATE ? Execution.INLINE : Execution.DETACHED;
    serve(fileSystem, options.execution(execution));
  }

  @AfterEach
  void everythingIsReleased() throws Exception {
    if (files != null) {
      files.close();
    }
    for (Process process : processes) {
      process.destroyForcibly();
      process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    clients.shutdownNow();
    if (mount != null) {
      mount.close(2_000);
      assertFalse(files != null && files.forgotten(), "a request waited longer than it may");
    }
  }

  /** Runs a client on a thread of its own. */
  <T> Future<T> client(Callable<T> action) {
    return clients.submit(action);
  }

  /** As {@link #client}, on a processor. */
  <T> Future<T> client(int cpu, Callable<T> action) {
    FutureTask<T> task =
        new FutureTask<>(() -> {
          Cpu.pinCurrentThread(cpu);
          return action.call();
        });
    Thread.ofPlatform().daemon().name("client-of-" + cpu).start(task);
    return task;
  }

  static <T> T get(Future<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Starts a program; it is killed at the end of the test at the latest. */
  Process start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    processes.add(process);
    return process;
  }

  /** Kills a process that waits for the mount, and expects it to be gone soon. */
  static void assertDies(Process process, String what) throws Exception {
    process.destroyForcibly();
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), what + " is stuck");
  }

  String path(String file) {
    return directory.resolve(file).toString();
  }

  /** Opens, reads, stats and closes; an error as negative number. */
  long use(String file) {
    long fd = open(file, FileFlags.O_RDONLY);
    if (fd < 0) {
      return fd;
    }
    try (Arena arena = Arena.ofConfined()) {
      long buffer = arena.allocate(4096, 4096).address();
      long read = FileOps.pread((int) fd, buffer, 4096, 0);
      return read < 0 ? read : statx((int) fd, FileOps.EMPTY_PATH, buffer);
    } finally {
      FileOps.close((int) fd);
    }
  }

  long open(String file, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return FileOps.openat(
          FileFlags.AT_FDCWD, NativeString.address(arena, path(file)), flags, 0644);
    }
  }

  /** Reads {@code size} bytes from the beginning of a file; how many there were, or an error. */
  long read(String file, int size) {
    long fd = open(file, FileFlags.O_RDONLY);
    if (fd < 0) {
      return fd;
    }
    try (Arena arena = Arena.ofConfined()) {
      return FileOps.pread((int) fd, arena.allocate(size, 4096).address(), size, 0);
    } finally {
      FileOps.close((int) fd);
    }
  }

  long stat(String file) {
    try (Arena arena = Arena.ofConfined()) {
      return statx(
          FileFlags.AT_FDCWD,
          NativeString.address(arena, path(file)),
          arena.allocate(4096, 8).address());
    }
  }

  /** Uses quick files {@code count} times, none of which may fail. */
  int useOthers(int count) {
    for (int i = 0; i < count; i++) {
      String file = List.of("a", "b", "c").get(i % 3);
      long result = use(file);
      assertEquals(0, result, () -> file + ": " + Errno.describe((int) -result));
    }
    return count;
  }

  long total(Metric metric) throws IOException {
    return mount.metrics().total().value(metric);
  }

  long requests(int opcode) throws IOException {
    return mount.metrics().total().operation(opcode).requests();
  }

  /** The slots are all back, and the room that requests took up. */
  void assertQuiet() throws Exception {
    // The kernel sends RELEASE when it likes, so one look is not enough; what leaked stays.
    Eventually.holds(
        () ->
            files.running() == 0
                && MountInternals.inFlight(mount) == 0
                && MountInternals.budgetTaken(mount) == 0,
        () -> files.running() + " running, or room taken, " + mount.channels());
  }

  /** The end of an open file comes some time after close(2). */
  void assertNothingIsOpen() throws Exception {
    Eventually.equal(0, files::handles, () -> "open files");
    assertQuiet();
  }

  /** Every slot can be used again: more requests at once than there are. */
  void assertServes() throws Exception {
    List<Callable<Integer>> users = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      users.add(() -> useOthers(10));
    }
    Together.run(users);
  }
}
