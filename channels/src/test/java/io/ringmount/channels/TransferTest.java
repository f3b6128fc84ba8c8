package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.wire.Opcode;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.provider.Arguments;

/**
 * A test with a mounted {@link TransferFileSystem}, which only threads touch that may be left
 * behind.
 */
abstract class TransferTest extends MountTest {
  static final int WRITE = 128 << 10;
  private static final long PATIENCE_SECONDS = 20;

  /** How a transfer is carried out. */
  enum Way {
    /** By the thread that has the request, as far as the backend lets it. */
    AT_ONCE,
    /** By the ring; without one, by a worker. */
    SUBMITTED,
    /** As {@link #SUBMITTED}, from memory of its own. */
    DETACHED;

    Execution execution() {
      return this == DETACHED ? Execution.DETACHED : Execution.INLINE;
    }
  }

  TransferFileSystem files;
  FuseMount mount;
  private Path front;
  private int fd = -1;

  static Stream<Arguments> ways() {
    return Stream.of(Served.values())
        .flatMap(served -> Stream.of(Way.values()).map(way -> Arguments.of(served, way)));
  }

  /**
   * Mounts and opens the file.
   *
   * @param descriptor of the backend, open until the end of the test
   */
  void serve(Served served, Way way, int descriptor) throws Exception {
    front = Files.createDirectory(directory.resolve("front"));
    files = new TransferFileSystem(descriptor, way == Way.SUBMITTED);
    mount = FuseMount.mount(files, front, served.options().execution(way.execution()).build());
    fd = (int) (long) get(client(() -> open(front.resolve("file"), FileFlags.O_RDWR)));
    assertTrue(fd >= 0, () -> "open: " + fd);
  }

  @AfterEach
  void unmount() throws Exception {
    if (fd >= 0) {
      get(client(() -> FileOps.close(fd)));
    }
    if (mount != null) {
      mount.close(2_000);
    }
    if (front != null) {
      MountFixture.clear(front);
    }
  }

  static <T> Future<T> client(Callable<T> action) {
    FutureTask<T> task = new FutureTask<>(action);
    Thread.ofPlatform().daemon().name("client").start(task);
    return task;
  }

  static <T> T get(Future<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  static long open(Path path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return FileOps.openat(
          FileFlags.AT_FDCWD, NativeString.address(arena, path), flags | FileFlags.O_CREAT, 0644);
    }
  }

  /** Bytes that differ from place to place. */
  static byte[] data(int length, int seed) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (seed + (i * 31 >>> 3));
    }
    return bytes;
  }

  /** One call: how many bytes were written, or an error as negative number. */
  long write(byte[] data, long offset) throws Exception {
    return get(client(() -> writeTo(fd, data, offset)));
  }

  /** As {@link #write}, on the calling thread. */
  long writeHere(byte[] data, long offset) {
    return writeTo(fd, data, offset);
  }

  static long writeTo(int descriptor, byte[] data, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      long memory = arena.allocate(data.length, 4096).address();
      Memory.copy(data, 0, memory, data.length);
      return FileOps.pwrite(descriptor, memory, data.length, offset);
    }
  }

  /** Goes on as programs do: until all is written or nothing can be; how much, or an error. */
  long writeAll(byte[] data, long offset) throws Exception {
    int done = 0;
    while (done < data.length) {
      long result = write(Arrays.copyOfRange(data, done, data.length), offset + done);
      if (result <= 0) {
        return done > 0 ? done : result;
      }
      done += (int) result;
    }
    return done;
  }

  long sync(boolean dataOnly) throws Exception {
    return get(client(() -> dataOnly ? FileOps.fdatasync(fd) : FileOps.fsync(fd)));
  }

  /** One call's error as a negative number; 0 when it was none. */
  long errorOfRead(int length, long offset) throws Exception {
    return get(
        client(() -> {
          try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocate(length, 4096).address();
            return Math.min(0, FileOps.pread(fd, memory, length, offset));
          }
        }));
  }

  /** What one call of the mounted file reads. */
  byte[] read(int length, long offset) throws Exception {
    return get(client(() -> readFrom(fd, length, offset)));
  }

  static byte[] readFrom(int descriptor, int length, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      long memory = arena.allocate(length, 4096).address();
      int got = (int) FileOps.pread(descriptor, memory, length, offset);
      assertTrue(got >= 0, () -> "pread: " + got);
      byte[] bytes = new byte[got];
      Memory.copy(memory, bytes, 0, got);
      return bytes;
    }
  }

  long requests(int opcode) throws Exception {
    return mount.metrics().total().operation(opcode).requests();
  }

  /** Every transfer has come to its end, and has released its file once. */
  void assertQuiet() throws Exception {
    Eventually.holds(() -> MountInternals.inFlight(mount) == 0, () -> mount.channels().toString());
    assertEquals(0, MountInternals.budgetTaken(mount));
    assertEquals(0, files.inUse(), "files in use");
    assertEquals(
        requests(Opcode.READ) + requests(Opcode.WRITE) + requests(Opcode.FSYNC), files.used());
  }
}
