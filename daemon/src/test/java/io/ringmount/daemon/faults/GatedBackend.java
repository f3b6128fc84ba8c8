package io.ringmount.daemon.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.Execution;
import io.ringmount.channels.FuseMount;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.daemon.faults.WatchedMount.Serving;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A mount whose backend does what the test wants. */
@RequiresFuse
abstract class GatedBackend {
  static final int READERS = 32;
  static final long HANG_LIMIT_MILLIS = 2_000;
  private static final int SECONDS = 30;
  private static final int MAX_WRITE = 128 << 10;

  /** An upgrade waits for it. */
  private static final String PROBATION = "-Dringmount.watchdog.probation=300";

  @TempDir Path work;
  final GatedFileSystem files = new GatedFileSystem();
  WatchedMount mount;
  private FuseMount backend;

  @BeforeEach
  final void mountBackend() throws IOException {
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
  final void leaveNothing() throws Exception {
    files.open();
    files.failAll(0);
    mount.abandon();
    backend.close();
  }

  final Serving mount(String transport) throws Exception {
    return mount.mount(
        transport,
        ",hang_limit=" + HANG_LIMIT_MILLIS + "ms,slots=" + 2 * READERS + ",memory_budget=1g");
  }

  final byte[] read(String file) throws IOException {
    return Files.readAllBytes(mount.at(file));
  }

  static <T> Future<T> start(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  static <T> T get(Future<T> future) throws Exception {
    return future.get(SECONDS, TimeUnit.SECONDS);
  }

  static void assertContent(String file, byte[] found) {
    assertEquals(GatedFileSystem.SIZE, found.length, file);
    for (int i = 0; i < found.length; i++) {
      assertEquals(GatedFileSystem.contentOf(file, i), found[i], file);
    }
  }
}
