package io.ringmount.daemon.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.Execution;
import io.ringmount.channels.FuseMount;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.daemon.faults.WatchedMount.Serving;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend that does not answer some requests for a while delays these, and nothing else. */
@RequiresFuse
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class SlowBackendIT {
  private static final int READERS = 32;
  private static final int SECONDS = 30;
  private static final int MAX_WRITE = 128 << 10;

  /** An upgrade waits for it. */
  private static final String PROBATION = "-Dringmount.watchdog.probation=300";

  private static final long HANG_LIMIT_MILLIS = 2_000;

  /** A daemon is looked at once a second, and must be found hanging twice. */
  private static final long LOOKS_MILLIS = 3_000;

  @TempDir Path work;
  private final GatedFileSystem files = new GatedFileSystem();
  private FuseMount backend;
  private WatchedMount mount;

  @BeforeEach
  void mountBackend() throws IOException {
    Path directory = Files.createDirectory(work.resolve("backend"));
    MountOptions options =
        MountOptions.builder("gated")
            .execution(Execution.DETACHED)
            .slots(2 * READERS)
            .maxWrite(MAX_WRITE)
            .build();
    mount = new WatchedMount(work, directory, PROBATION);
    backend = FuseMount.mount(files, directory, options);
  }

  @AfterEach
  void leaveNothing() throws Exception {
    files.open();
    mount.abandon();
    backend.close();
  }

  private Serving mount(String transport) throws Exception {
    return mount.mount(
        transport,
        ",hang_limit=" + HANG_LIMIT_MILLIS + "ms,slots=" + 2 * READERS + ",memory_budget=1g");
  }

  private byte[] read(String file) throws IOException {
    return Files.readAllBytes(mount.at(file));
  }

  private static <T> Future<T> start(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.get(SECONDS, TimeUnit.SECONDS);
  }

  /** Reads each slow file; returns when the backend has all the requests. */
  private List<Future<byte[]>> readSlowFiles() throws Exception {
    List<Future<byte[]>> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      String file = GatedFileSystem.slow(i);
      readers.add(start(() -> read(file)));
    }
    files.awaitArrived(READERS);
    return readers;
  }

  private void assertServesOthers() throws Exception {
    assertEquals(
        GatedFileSystem.SIZE, get(start(() -> Files.size(mount.at(GatedFileSystem.FAST)))));
    assertContent(GatedFileSystem.FAST, get(start(() -> read(GatedFileSystem.FAST))));
  }

  private static void assertContent(String file, byte[] found) {
    assertEquals(GatedFileSystem.SIZE, found.length, file);
    for (int i = 0; i < found.length; i++) {
      assertEquals(GatedFileSystem.contentOf(file, i), found[i], file);
    }
  }

  private void assertAllAreAnswered(List<Future<byte[]>> readers) throws Exception {
    assertTrue(readers.stream().noneMatch(Future::isDone), "a reader had no need to wait");
    files.open();
    for (int i = 0; i < READERS; i++) {
      assertContent(GatedFileSystem.slow(i), get(readers.get(i)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void doesNotDelayAnUpgrade(String transport) throws Exception {
    Serving old = mount(transport);
    List<Future<byte[]>> readers = readSlowFiles();
    mount.upgrade();
    assertServesOthers();
    assertAllAreAnswered(readers);
    WatchedMount.awaitEnd(old.daemon());
    mount.awaitSuccessor(old);
    mount.unmount();
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void isNotTakenForAHang(String transport) throws Exception {
    Serving serving = mount(transport);
    List<Future<byte[]>> readers = readSlowFiles();
    Thread.sleep(HANG_LIMIT_MILLIS + LOOKS_MILLIS);
    assertServesOthers();
    assertAllAreAnswered(readers);
    assertEquals(serving, mount.serving());
    assertFalse(mount.log().contains("hangs"), mount::log);
    mount.unmount();
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void isAskedAgainWhenTheDaemonIsKilled(String transport) throws Exception {
    Serving old = mount(transport);
    List<Future<byte[]>> readers = readSlowFiles();
    try (PidFd daemon = PidFd.open(old.daemon())) {
      daemon.sendSignal(PidFd.SIGKILL);
    }
    WatchedMount.awaitEnd(old.daemon());
    files.awaitArrived(2 * READERS);
    assertServesOthers();
    assertAllAreAnswered(readers);
    mount.awaitSuccessor(old);
    mount.unmount();
  }
}
