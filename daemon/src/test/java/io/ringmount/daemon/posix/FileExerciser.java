package io.ringmount.daemon.posix;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.NativeString;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.random.RandomGenerator;

/**
 * Does random things to one file whose content is known at every moment: reads and writes, through
 * memory too, truncates, reserves, frees, zeroes and copies parts, opens it anew. After Apple's
 * fsx, which found more faults of file systems than any other program.
 */
final class FileExerciser implements AutoCloseable {
  private static final int LONGEST_FILE = 256 << 10;
  private static final int LONGEST_PART = 64 << 10;
  private static final int LINES = 20;

  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int ZERO_RANGE = 16;

  private final Path path;
  private final RandomGenerator random;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(LONGEST_FILE, 4096);
  private final long offsets = arena.allocate(16, 8).address();
  private final byte[] expected = new byte[LONGEST_FILE];
  private final Deque<String> history = new ArrayDeque<>();
  private int size;
  private int fd = -1;
  private FileChannel channel;

  /** Makes the file. */
  FileExerciser(Path path, RandomGenerator random) throws IOException {
    this.path = path;
    this.random = random;
    Files.createFile(path);
    open();
  }

  private void open() throws IOException {
    fd =
        (int)
            LinuxException.check(
                FileOps.openat(
                    FileFlags.AT_FDCWD,
                    NativeString.address(arena, path),
                    FileFlags.O_RDWR | FileFlags.O_CLOEXEC,
                    0),
                "open",
                path.toString());
    channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Does one thing, and checks what it should have done. */
  void next() throws IOException {
    switch (random.nextInt(16)) {
      case 0, 1, 2 -> write();
      case 3, 4, 5 -> read();
      case 6, 7 -> readMapped();
      case 8, 9 -> writeMapped();
      case 10 -> truncate();
      case 11 -> allocate(random.nextBoolean() ? 0 : KEEP_SIZE);
      case 12 -> zero(PUNCH_HOLE | KEEP_SIZE);
      case 13 -> zero(random.nextBoolean() ? ZERO_RANGE : ZERO_RANGE | KEEP_SIZE);
      case 14 -> copy();
      default -> sync();
    }
    checkSize();
  }

  private void did(String what) {
    history.addLast(what);
    if (history.size() > LINES) {
      history.removeFirst();
    }
  }

  private AssertionError wrong(String what) {
    return new AssertionError(
        what + " after" + System.lineSeparator() + String.join("; ", history));
  }

  private long succeed(long result) {
    if (result < 0) {
      throw wrong(Errno.describe((int) -result));
    }
    return result;
  }

  private void write() {
    int offset = random.nextInt(LONGEST_FILE);
    int length = random.nextInt(Math.min(LONGEST_PART, LONGEST_FILE - offset));
    did("write %d %d".formatted(offset, length));
    byte[] bytes = fresh(length);
    Memory.copy(bytes, 0, buffer.address(), length);
    long written = succeed(FileOps.pwrite(fd, buffer.address(), length, offset));
    if (written != length) {
      throw wrong("wrote " + written);
    }
    put(bytes, offset);
  }

  private byte[] fresh(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private void put(byte[] bytes, int offset) {
    System.arraycopy(bytes, 0, expected, offset, bytes.length);
    if (bytes.length > 0) {
      size = Math.max(size, offset + bytes.length);
    }
  }

  private void read() {
    int offset = random.nextInt(LONGEST_FILE);
    int length = random.nextInt(LONGEST_PART);
    did("read %d %d".formatted(offset, length));
    long got = succeed(FileOps.pread(fd, buffer.address(), length, offset));
    if (got != Math.clamp((long) size - offset, 0, length)) {
      throw wrong("read " + got + " of a file of " + size);
    }
    compare(buffer, offset, (int) got);
  }

  private void compare(MemorySegment found, int offset, int length) {
    byte[] bytes = found.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    int different = Arrays.mismatch(expected, offset, offset + length, bytes, 0, length);
    if (different >= 0) {
      throw wrong(
          "at %d: %02x for %02x"
              .formatted(offset + different, bytes[different], expected[offset + different]));
    }
  }

  private void readMapped() throws IOException {
    if (size == 0) {
      return;
    }
    int offset = random.nextInt(size);
    int length = random.nextInt(Math.min(LONGEST_PART, size - offset) + 1);
    did("mapread %d %d".formatted(offset, length));
    try (Arena mapping = Arena.ofConfined()) {
      compare(channel.map(MapMode.READ_ONLY, offset, length, mapping), offset, length);
    }
  }

  private void writeMapped() throws IOException {
    if (size == 0) {
      return;
    }
    int offset = random.nextInt(size);
    int length = random.nextInt(Math.min(LONGEST_PART, size - offset) + 1);
    boolean force = random.nextBoolean();
    did("mapwrite %d %d %s".formatted(offset, length, force));
    byte[] bytes = fresh(length);
    try (Arena mapping = Arena.ofConfined()) {
      MemorySegment mapped = channel.map(MapMode.READ_WRITE, offset, length, mapping);
      MemorySegment.copy(bytes, 0, mapped, ValueLayout.JAVA_BYTE, 0, length);
      if (force) {
        mapped.force();
      }
    }
    put(bytes, offset);
  }

  private void truncate() {
    int length = random.nextInt(LONGEST_FILE);
    did("truncate " + length);
    succeed(FileOps.ftruncate(fd, length));
    Arrays.fill(expected, Math.min(length, size), size, (byte) 0);
    size = length;
  }

  private void allocate(int mode) {
    int offset = random.nextInt(LONGEST_FILE - 1);
    int length = 1 + random.nextInt(LONGEST_FILE - offset);
    did("allocate %d %d %d".formatted(mode, offset, length));
    if (isServed(FileOps.fallocate(fd, mode, offset, length)) && mode == 0) {
      size = Math.max(size, offset + length);
    }
  }

  private void zero(int mode) {
    int offset = random.nextInt(LONGEST_FILE - 1);
    int length = 1 + random.nextInt(Math.min(LONGEST_PART, LONGEST_FILE - offset));
    did("zero %d %d %d".formatted(mode, offset, length));
    if (isServed(FileOps.fallocate(fd, mode, offset, length))) {
      Arrays.fill(expected, offset, offset + length, (byte) 0);
      if ((mode & KEEP_SIZE) == 0) {
        size = Math.max(size, offset + length);
      }
    }
  }

  /** Some backends do not know how to do some of this; they must not have done it then. */
  private boolean isServed(long result) {
    return result != -Errno.EOPNOTSUPP && succeed(result) == 0;
  }

  private void copy() {
    int length = random.nextInt(LONGEST_PART);
    int from = random.nextInt(LONGEST_FILE - 2 * LONGEST_PART);
    int to = from + length + random.nextInt(LONGEST_FILE - from - 2 * length);
    if (random.nextBoolean()) {
      int other = from;
      from = to;
      to = other;
    }
    did("copy %d %d %d".formatted(from, to, length));
    // What the copy itself makes the file longer by is not to be copied again.
    int there = Math.clamp((long) size - from, 0, length);
    int done = 0;
    long copied;
    do {
      int rest = there == 0 ? length : there - done;
      Memory.putLong(offsets, from + done);
      Memory.putLong(offsets + 8, to + done);
      copied = succeed(FileOps.copyFileRange(fd, offsets, fd, offsets + 8, rest));
      done += (int) copied;
    } while (copied > 0 && done < there);
    if (done != there) {
      throw wrong("copied " + done + " for " + there);
    }
    put(Arrays.copyOfRange(expected, from, from + there), to);
  }

  /** To the disk, or by closing and opening again. */
  private void sync() throws IOException {
    boolean reopen = random.nextBoolean();
    did(reopen ? "reopen" : "fsync");
    if (reopen) {
      closeFile();
      open();
    } else {
      succeed(FileOps.fsync(fd));
    }
  }

  private void checkSize() throws IOException {
    long found = Files.size(path);
    if (found != size) {
      throw wrong("size " + found + " for " + size);
    }
  }

  /** Compares the whole file, as it is at another path. */
  void check(Path elsewhere) throws IOException {
    byte[] found = Files.readAllBytes(elsewhere);
    int different = Arrays.mismatch(found, 0, found.length, expected, 0, size);
    if (different >= 0) {
      throw wrong(elsewhere + " differs at " + different);
    }
  }

  private void closeFile() throws IOException {
    channel.close();
    succeed(FileOps.close(fd));
    fd = -1;
  }

  @Override
  public void close() throws IOException {
    if (fd >= 0) {
      closeFile();
    }
    arena.close();
  }
}
