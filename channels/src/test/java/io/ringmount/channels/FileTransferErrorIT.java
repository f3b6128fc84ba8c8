package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.EventFd;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.channels.linux.Syscall;
import io.ringmount.channels.linux.SyscallNumber;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Transfers from and to real files that refuse, end, or have no room. */
class FileTransferErrorIT extends TransferTest {
  private static final int RLIMIT_FSIZE = 1;

  /** No file of this process but the test's comes near it. */
  private static final long SIZE_LIMIT = 1L << 40;

  /** No descriptor has so high a number. */
  private static final int NOT_OPEN = 1 << 26;

  private static final int ROOM = 40 << 10;

  private final List<Integer> descriptors = new ArrayList<>();
  private Path small;

  private int backend(String name, int flags) {
    int fd = (int) open(directory.resolve(name), flags);
    assertTrue(fd >= 0, () -> Errno.describe(-fd));
    descriptors.add(fd);
    return fd;
  }

  @AfterEach
  void closeBackends() throws Exception {
    unmount();
    descriptors.forEach(FileOps::close);
    if (small != null) {
      Mounts.umount(small, Mounts.MNT_DETACH);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aFileSystemThatIsFullTakesWhatFits(Served served, Way way) throws Exception {
    small = Files.createDirectory(directory.resolve("small"));
    Mounts.mount("none", small, "tmpfs", 0, "size=" + ROOM);
    int file = backend("small/backend", FileFlags.O_RDWR);
    serve(served, way, file);
    byte[] data = data(WRITE, 1);
    assertEquals(ROOM, write(data, 0));
    assertEquals(-Errno.ENOSPC, write(data, ROOM));
    assertEquals(-Errno.ENOSPC, write(data(1, 1), ROOM));
    assertArrayEquals(Arrays.copyOf(data, ROOM), readFrom(file, WRITE, 0));
    assertArrayEquals(Arrays.copyOf(data, ROOM), read(WRITE, 0));
    // There is room in what is there already.
    byte[] other = data(ROOM, 2);
    assertEquals(ROOM, write(other, 0));
    assertArrayEquals(other, readFrom(file, WRITE, 0));
    assertEquals(0, sync(false));
    assertQuiet();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aFileThatMayNotGrowTakesWhatItMay(Served served, Way way) throws Exception {
    int file = backend("backend", FileFlags.O_RDWR);
    serve(served, way, file);
    files.shift(SIZE_LIMIT - ROOM);
    byte[] data = data(WRITE, 1);
    long before = limitFileSize(SIZE_LIMIT);
    try {
      assertEquals(ROOM, write(data, 0));
      assertEquals(-Errno.EFBIG, write(data, ROOM));
    } finally {
      limitFileSize(before);
    }
    assertArrayEquals(Arrays.copyOf(data, ROOM), readFrom(file, WRITE, SIZE_LIMIT - ROOM));
    assertEquals(WRITE, write(data, ROOM));
    assertArrayEquals(data, readFrom(file, WRITE, SIZE_LIMIT));
    assertQuiet();
  }

  /** Sets the soft limit of this process, and says what it was. */
  private static long limitFileSize(long bytes) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long limit = arena.allocate(16, Long.BYTES).address();
      call(0, limit);
      long before = Memory.getLong(limit);
      Memory.putLong(limit, bytes);
      call(limit, 0);
      return before;
    }
  }

  private static void call(long newLimit, long oldLimit) throws LinuxException {
    LinuxException.check(
        Syscall.call(SyscallNumber.PRLIMIT64, 0, RLIMIT_FSIZE, newLimit, oldLimit),
        "prlimit64",
        "RLIMIT_FSIZE");
  }

  /** Then it says itself where data goes, whatever the offset. */
  @ParameterizedTest
  @MethodSource("ways")
  void aBackendOpenedForAppendingGrowsAtItsEnd(Served served, Way way) throws Exception {
    int reader = backend("backend", FileFlags.O_RDWR);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    expected.writeBytes(data(777, 5));
    assertEquals(777, writeTo(reader, expected.toByteArray(), 0));
    serve(served, way, backend("backend", FileFlags.O_RDWR | FileFlags.O_APPEND));
    for (int i = 0; i < 8; i++) {
      byte[] data = data(1_000 * i + 1, i);
      assertEquals(data.length, write(data, 500_000 - 10_000 * i));
      expected.writeBytes(data);
    }
    assertArrayEquals(expected.toByteArray(), readFrom(reader, 1 << 20, 0));

    files.writeFlags(FileFlags.RWF_NOAPPEND);
    byte[] over = data(300, 77);
    assertEquals(300, write(over, 100));
    byte[] whole = expected.toByteArray();
    System.arraycopy(over, 0, whole, 100, 300);
    assertArrayEquals(whole, readFrom(reader, 1 << 20, 0));
    assertQuiet();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aBackendThatIsNotOpenIsSaidToBeSo(Served served, Way way) throws Exception {
    int good = backend("backend", FileFlags.O_RDWR);
    int readOnly = backend("backend", FileFlags.O_RDONLY);
    int writeOnly = backend("backend", FileFlags.O_WRONLY);
    byte[] data = data(5_000, 1);
    serve(served, way, NOT_OPEN);
    assertEquals(-Errno.EBADF, write(data, 0));
    assertEquals(-Errno.EBADF, errorOfRead(5_000, 0));
    assertEquals(-Errno.EBADF, sync(false));
    assertEquals(-Errno.EBADF, sync(true));
    files.descriptor(readOnly);
    assertEquals(-Errno.EBADF, write(data, 0));
    files.descriptor(writeOnly);
    assertEquals(-Errno.EBADF, errorOfRead(5_000, 0));
    files.descriptor(good);
    assertEquals(data.length, write(data, 0));
    assertArrayEquals(data, read(5_000, 0));
    assertEquals(0, sync(false));
    assertQuiet();
  }

  /** It has neither offsets nor anything to sync. */
  @ParameterizedTest
  @MethodSource("ways")
  void aBackendThatIsNoFileRefusesToSync(Served served, Way way) throws Exception {
    try (EventFd event = EventFd.create()) {
      serve(served, way, event.fd());
      assertEquals(-Errno.EINVAL, sync(false));
      assertEquals(-Errno.EINVAL, sync(true));
      assertQuiet();
      unmount();
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void beyondTheEndThereIsNothing(Served served, Way way) throws Exception {
    int file = backend("backend", FileFlags.O_RDWR);
    byte[] data = data(10_001, 4);
    assertEquals(data.length, writeTo(file, data, 0));
    serve(served, way, file);
    assertArrayEquals(data, read(WRITE, 0));
    assertArrayEquals(Arrays.copyOfRange(data, 10_000, 10_001), read(4_096, 10_000));
    assertEquals(0, read(4_096, data.length).length);
    assertEquals(0, read(4_096, 1 << 20).length);
    assertEquals(0, read(1, TransferFileSystem.SIZE - 1).length);

    byte[] far = data(5_000, 8);
    assertEquals(far.length, write(far, 300_000));
    assertArrayEquals(new byte[4_096], read(4_096, 100_000));
    assertArrayEquals(far, read(WRITE, 300_000));
    byte[] whole = Arrays.copyOf(data, 305_000);
    System.arraycopy(far, 0, whole, 300_000, far.length);
    assertArrayEquals(whole, readFrom(file, 1 << 20, 0));
    assertQuiet();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void whatManyWriteAndSyncAtOnceIsInTheBackend(Served served, Way way) throws Exception {
    int file = backend("backend", FileFlags.O_RDWR);
    serve(served, way, file);
    int writers = 6;
    int region = 300_000;
    byte[] expected = new byte[writers * region];
    List<Callable<Long>> clients = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      int from = i * region;
      byte[] data = data(region, i);
      System.arraycopy(data, 0, expected, from, region);
      clients.add(() -> {
        int done = 0;
        for (int step = 1; done < region; step = step * 7 % 60_013) {
          byte[] piece = Arrays.copyOfRange(data, done, Math.min(region, done + step));
          assertEquals(piece.length, writeHere(piece, from + done));
          done += piece.length;
          assertEquals(0, step % 3 == 0 ? sync(true) : 0);
        }
        return (long) done;
      });
    }
    assertEquals((long) writers * region, Together.run(clients).stream().mapToLong(d -> d).sum());
    assertArrayEquals(expected, readFrom(file, 2 * expected.length, 0));
    assertQuiet();
  }
}
