package io.ringmount.bench;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.NativeString;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The open file of one client, its buffer, and the part of the file that it uses alone. For the
 * thread that made it.
 */
final class ClientFile implements AutoCloseable {
  private static final int PAGE = 4096;

  /** After this many missing names a file asks for the first again: the kernel keeps each. */
  private static final long ABSENT_NAMES = 1 << 20;

  private static final int ABSENT_DIGITS = 5;

  /** Makes the missing names of each file different: a server may let them be remembered. */
  private static final AtomicLong FILES = new AtomicLong();

  private final Arena arena = Arena.ofConfined();
  private final Path path;
  private final int fd;
  private final long buffer;
  private final long absent;
  private final long absentDigits;
  private final long start;
  private final long length;

  /**
   * Opens the file that {@code operation} is about.
   *
   * @param directory holds the sample data
   * @param client number of the client, from 0
   * @param clients how many share the file
   */
  ClientFile(Path directory, Operation operation, int client, int clients) throws LinuxException {
    path = directory.resolve(operation.writes() ? SampleData.OUTPUT : SampleData.INPUT);
    fd = FileOps.open(path, operation.openFlags());
    long size = operation.writes() ? SampleData.OUTPUT_SIZE : SampleData.INPUT_SIZE;
    int unit = Math.max(operation.size(), PAGE);
    length = size / clients / unit * unit;
    start = client * length;
    buffer = arena.allocate(Math.max(operation.size(), PAGE), PAGE).address();
    String name = directory.resolve("absent-" + FILES.incrementAndGet() + "-").toString();
    absent = NativeString.address(arena, name + "0".repeat(ABSENT_DIGITS));
    absentDigits = absent + Memory.stringLength(absent, Integer.MAX_VALUE) - ABSENT_DIGITS;
  }

  /** Asks the server for the attributes. */
  void fstat() throws LinuxException {
    LinuxException.check(
        FileOps.statx(
            fd,
            FileOps.EMPTY_PATH,
            FileFlags.AT_EMPTY_PATH | FileFlags.AT_STATX_FORCE_SYNC,
            FileFlags.STATX_BASIC_STATS,
            buffer),
        "statx",
        path.toString());
  }

  /** Asks for a missing name, for another one with each {@code count}. */
  void lookup(long count) throws LinuxException {
    nameMissing(count);
    long result = FileOps.statx(FileFlags.AT_FDCWD, absent, 0, FileFlags.STATX_BASIC_STATS, buffer);
    if (result != -Errno.ENOENT) {
      LinuxException.check(result, "statx", missing(count).toString());
      throw new IllegalStateException(missing(count) + " is there, though nobody made it");
    }
  }

  private void nameMissing(long count) {
    long number = count % ABSENT_NAMES;
    for (int digit = 0; digit < ABSENT_DIGITS; digit++) {
      Memory.putByte(absentDigits + digit, (byte) ('a' + (number >>> 4 * digit & 15)));
    }
  }

  /** The name that {@link #lookup} asks for. */
  Path missing(long count) {
    nameMissing(count);
    byte[] name = new byte[Memory.stringLength(absent, Integer.MAX_VALUE)];
    Memory.copy(absent, name, 0, name.length);
    return Path.of(new String(name, StandardCharsets.UTF_8));
  }

  /** Reads the piece number {@code index} of those of {@code size} bytes, counted round. */
  void read(int size, long index) throws LinuxException {
    whole(FileOps.pread(fd, buffer, size, offset(size, index)), "pread", size);
  }

  /** Writes the piece number {@code index} of those of {@code size} bytes, counted round. */
  void write(int size, long index) throws LinuxException {
    whole(FileOps.pwrite(fd, buffer, size, offset(size, index)), "pwrite", size);
  }

  private long offset(int size, long index) {
    return start + index % (length / size) * size;
  }

  private void whole(long result, String call, int size) throws LinuxException {
    long bytes = LinuxException.check(result, call, path.toString());
    if (bytes != size) {
      throw new IllegalStateException(
          call + " of " + path + " took " + bytes + " bytes instead of " + size);
    }
  }

  @Override
  public void close() {
    FileOps.close(fd);
    arena.close();
  }
}
