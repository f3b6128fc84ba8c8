package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.OddFileSystem.Habit;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.wire.Opcode;
import io.ringmount.channels.wire.OpenFlags;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Data that comes from a backend's file, where the backend is itself an odd mount. */
class FileTransferIT extends MountTest {
  private static final long PATIENCE_SECONDS = 20;

  private final OddFileSystem odd = new OddFileSystem();
  private Path backend;
  private Path front;
  private FuseMount backendMount;
  private FuseMount frontMount;
  private Front frontFiles;
  private int backendFile = -1;

  static Stream<Arguments> ways() {
    return Stream.of(Served.values())
        .flatMap(served ->
            Stream.of(Execution.values()).map(execution -> Arguments.of(served, execution)));
  }

  /** Answers reads of "file" from the backend, and of "quick" by itself. */
  private static final class Front implements FileSystem {
    private static final long FILE = 2;
    private static final long QUICK = 3;
    private static final long TRUSTED_NANOS = TimeUnit.HOURS.toNanos(1);
    private final AtomicInteger inUse = new AtomicInteger();
    private final BackendFile source;

    private Front(int descriptor) {
      source =
          new BackendFile() {
            @Override
            public int descriptor() {
              return descriptor;
            }

            @Override
            public boolean neverWaits() {
              return false;
            }

            @Override
            public boolean readsWait() {
              return false;
            }

            @Override
            public boolean writesWait() {
              return true;
            }

            @Override
            public void release() {
              inUse.decrementAndGet();
            }
          };
    }

    @Override
    public boolean transfers() {
      return true;
    }

    @Override
    public void lookup(Request request, long parent, Name name, EntryReply reply) {
      long node = name.contentEquals(Name.of("file")) ? FILE : QUICK;
      reply.entry().node(node).attributesTimeout(TRUSTED_NANOS);
      OddFileSystem.describe(node, reply.entry().attributes());
      reply.done();
    }

    @Override
    public void getattr(Request request, long node, long handle, AttributesReply reply) {
      reply.timeout(TRUSTED_NANOS);
      OddFileSystem.describe(node, reply.attributes());
      reply.done();
    }

    @Override
    public void open(
        Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
      boolean direct = (flags & FileFlags.O_DIRECT) != 0;
      reply.open().openFlags(direct ? OpenFlags.DIRECT_IO : 0);
      reply.done();
    }

    @Override
    public void read(
        Request request, long node, long handle, long offset, int size, DataReply reply) {
      if (node == FILE) {
        inUse.incrementAndGet();
        reply.send(source, offset, size);
      } else {
        reply.buffer().position(size);
        reply.done();
      }
    }
  }

  private void serve(Served served, Execution execution) throws Exception {
    backend = Files.createDirectory(directory.resolve("backend"));
    front = Files.createDirectory(directory.resolve("front"));
    backendMount =
        FuseMount.mount(
            odd, backend, Served.URING_BOUNDED.options().execution(Execution.DETACHED).build());
    backendFile = FileOps.open(backend.resolve("file"), FileFlags.O_RDONLY);
    frontFiles = new Front(backendFile);
    frontMount = FuseMount.mount(frontFiles, front, served.options().execution(execution).build());
  }

  @AfterEach
  void unmount() throws Exception {
    odd.release();
    try {
      if (frontMount != null) {
        frontMount.close(2_000);
      }
    } finally {
      if (backendFile >= 0) {
        FileOps.close(backendFile);
      }
      try {
        if (backendMount != null) {
          backendMount.close(2_000);
        }
      } finally {
        MountFixture.clear(directory.resolve("front"));
        MountFixture.clear(directory.resolve("backend"));
      }
    }
  }

  private static <T> Future<T> client(Callable<T> action) {
    FutureTask<T> task = new FutureTask<>(action);
    Thread.ofPlatform().daemon().name("client").start(task);
    return task;
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Reads on until nothing comes; how much came, or the error that ended it. */
  private long readAll(String file, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      int fd =
          (int)
              FileOps.openat(
                  FileFlags.AT_FDCWD,
                  NativeString.address(arena, front.resolve(file)),
                  FileFlags.O_RDONLY | flags,
                  0);
      assertTrue(fd >= 0, () -> Errno.describe(-fd));
      try {
        MemorySegment buffer = arena.allocate(OddFileSystem.SIZE, 4096);
        long done = 0;
        while (true) {
          long got = FileOps.pread(fd, buffer.address() + done, OddFileSystem.SIZE - done, done);
          if (got <= 0) {
            check(file, buffer, done);
            return got < 0 ? got : done;
          }
          done += got;
        }
      } finally {
        FileOps.close(fd);
      }
    }
  }

  private static void check(String file, MemorySegment buffer, long length) {
    for (long i = 0; i < length && file.equals("file"); i++) {
      assertEquals(OddFileSystem.at(i), buffer.get(ValueLayout.JAVA_BYTE, i));
    }
  }

  private void assertQuiet() throws Exception {
    Eventually.holds(
        () -> MountInternals.inFlight(frontMount) == 0, () -> frontMount.channels().toString());
    assertEquals(0, MountInternals.budgetTaken(frontMount));
    assertEquals(0, frontFiles.inUse.get(), "files in use");
  }

  @ParameterizedTest
  @MethodSource("ways")
  void whatTheBackendGivesInPiecesArrivesWhole(Served served, Execution execution)
      throws Exception {
    serve(served, execution);
    for (Habit habit : new Habit[] {Habit.WHOLE, Habit.SHORT, Habit.INTERRUPTED}) {
      odd.habit(habit);
      for (int flags : new int[] {FileFlags.O_DIRECT, 0}) {
        assertEquals(
            OddFileSystem.SIZE, get(client(() -> readAll("file", flags))), habit.toString());
      }
    }
    odd.habit(Habit.ENDS_EARLY);
    assertEquals(OddFileSystem.ODD, get(client(() -> readAll("file", FileFlags.O_DIRECT))));
    assertQuiet();
  }

  /** An error in the middle is not the end of the file. */
  @ParameterizedTest
  @MethodSource("ways")
  void anErrorOfTheBackendIsNotTakenForTheEnd(Served served, Execution execution) throws Exception {
    serve(served, execution);
    odd.habit(Habit.FAILS);
    assertEquals(-Errno.EIO, get(client(() -> readAll("file", FileFlags.O_DIRECT))), "direct");
    assertEquals(-Errno.EIO, get(client(() -> readAll("file", 0))), "cached");
    assertQuiet();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aTransferThatWaitsHoldsUpNobody(Served served, Execution execution) throws Exception {
    serve(served, execution);
    odd.habit(Habit.WAITS);
    Future<Long> slow = client(() -> readAll("file", FileFlags.O_DIRECT));
    Eventually.holds(() -> odd.waiting() == 1, () -> "the backend was not asked");
    for (int i = 0; i < 20; i++) {
      assertEquals(OddFileSystem.SIZE, get(client(() -> readAll("quick", FileFlags.O_DIRECT))));
    }
    assertFalse(slow.isDone());
    odd.release();
    assertEquals(OddFileSystem.SIZE, get(slow));
    assertQuiet();
  }

  private static long interrupts(FuseMount mount) throws IOException {
    return mount.metrics().total().operation(Opcode.INTERRUPT).requests();
  }

  /** Inline, the backend has the slot's own memory, so that it cannot be answered before. */
  @ParameterizedTest
  @EnumSource
  void whoWaitsForATransferCanBeKilled(Served served) throws Exception {
    serve(served, Execution.DETACHED);
    odd.habit(Habit.WAITS);
    Process reader =
        new ProcessBuilder(
                "dd", "if=" + front.resolve("file"), "of=/dev/null", "bs=4096", "iflag=direct")
            .redirectErrorStream(true)
            .start();
    try {
      Eventually.holds(() -> odd.waiting() == 1, () -> "the backend was not asked");
      reader.destroyForcibly();
      assertTrue(
          reader.waitFor(10, TimeUnit.SECONDS),
          "the reader is stuck; interrupts came to it and to the backend: "
              + interrupts(frontMount)
              + ", "
              + interrupts(backendMount));
    } finally {
      odd.release();
      reader.destroyForcibly();
      reader.waitFor(10, TimeUnit.SECONDS);
    }
    assertQuiet();
  }
}
