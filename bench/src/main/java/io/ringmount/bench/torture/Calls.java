package io.ringmount.bench.torture;

import static io.ringmount.channels.linux.FileFlags.AT_FDCWD;
import static io.ringmount.channels.linux.FileFlags.AT_REMOVEDIR;
import static io.ringmount.channels.linux.FileFlags.AT_SYMLINK_NOFOLLOW;
import static io.ringmount.channels.linux.FileFlags.O_CLOEXEC;
import static io.ringmount.channels.linux.FileFlags.O_CREAT;
import static io.ringmount.channels.linux.FileFlags.O_DIRECTORY;
import static io.ringmount.channels.linux.FileFlags.O_EXCL;
import static io.ringmount.channels.linux.FileFlags.STATX_BASIC_STATS;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.NativeString;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/**
 * The file calls of one client, for its thread: each method makes one system call, so that what is
 * not idempotent is seen to happen exactly once. No result is an error that a caller could miss:
 * short reads and writes throw too, as a file system may not do that to regular files.
 */
final class Calls implements AutoCloseable {
  /** More than any read, write or listing asks for. */
  static final int LARGEST = 512 << 10;

  private static final int PERMISSIONS = 0644;
  private static final int DIRECTORY_PERMISSIONS = 0755;
  private static final int TIMESPEC = 16;

  private static final int ENTRY_LENGTH = 16;
  private static final int ENTRY_NAME = 19;

  private final Arena arena = Arena.ofShared();
  private final long buffer = arena.allocate(LARGEST, 4096).address();
  private final Set<Integer> open = new HashSet<>();
  private final Journal journal;

  Calls(Journal journal) {
    this.journal = journal;
  }

  Journal journal() {
    return journal;
  }

  // ---- open files --------------------------------------------------------------------------

  int open(Path path, int flags) throws LinuxException {
    return opened("open", path, flags);
  }

  /** Makes a file that must not be there and opens it. */
  int create(Path path, int flags) throws LinuxException {
    return opened("create", path, flags | O_CREAT | O_EXCL);
  }

  int openDirectory(Path path) throws LinuxException {
    return open(path, O_DIRECTORY);
  }

  private int opened(String call, Path path, int flags) throws LinuxException {
    int all = flags | O_CLOEXEC;
    int fd = (int) named(call, path, name -> FileOps.openat(AT_FDCWD, name, all, PERMISSIONS));
    open.add(fd);
    return fd;
  }

  void close(int fd) throws LinuxException {
    open.remove(fd);
    journal.call("close", "", () -> FileOps.close(fd));
  }

  /** Up to {@code length} bytes: fewer at the end of the file only. */
  byte[] read(int fd, Path path, long offset, int length) throws LinuxException {
    int got = (int) journal.call("read", path, () -> FileOps.pread(fd, buffer, length, offset));
    byte[] bytes = new byte[got];
    Memory.copy(buffer, bytes, 0, got);
    return bytes;
  }

  /** Writes all of {@code bytes}; with {@code O_APPEND} at the end, wherever {@code offset} is. */
  void write(int fd, Path path, long offset, byte[] bytes)
      throws LinuxException, ViolationException {
    Memory.copy(bytes, 0, buffer, bytes.length);
    long done = journal.call("write", path, () -> FileOps.pwrite(fd, buffer, bytes.length, offset));
    ViolationException.unless(
        done == bytes.length, "write %s: %d bytes of %d", path, done, bytes.length);
  }

  void fsync(int fd, Path path) throws LinuxException {
    journal.call("fsync", path, () -> FileOps.fsync(fd));
  }

  void truncate(int fd, Path path, long size) throws LinuxException {
    journal.call("ftruncate", path, () -> FileOps.ftruncate(fd, size));
  }

  Attributes attributes(int fd, Path path) throws LinuxException {
    journal.call("fstat", path, () -> FileOps.fstatx(fd, STATX_BASIC_STATS, buffer));
    return Attributes.at(buffer);
  }

  /**
   * The next names of an open directory, without {@code .} and {@code ..}; empty at the end.
   *
   * @param room bytes for entries, as few as one needs
   */
  Optional<List<String>> names(int fd, Path path, int room) throws LinuxException {
    int length = (int) journal.call("readdir", path, () -> FileOps.getdents64(fd, buffer, room));
    if (length == 0) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    for (long entry = buffer; entry < buffer + length; ) {
      byte[] name = new byte[Memory.stringLength(entry + ENTRY_NAME, LARGEST)];
      Memory.copy(entry + ENTRY_NAME, name, 0, name.length);
      String text = new String(name, StandardCharsets.UTF_8);
      if (!text.equals(".") && !text.equals("..")) {
        names.add(text);
      }
      entry += Short.toUnsignedInt(Memory.getShort(entry + ENTRY_LENGTH));
    }
    return Optional.of(names);
  }

  // ---- names -------------------------------------------------------------------------------

  /** Attributes of what has this name, a symbolic link itself. */
  Attributes attributes(Path path) throws LinuxException {
    named("stat", path, this::statx);
    return Attributes.at(buffer);
  }

  boolean exists(Path path) throws LinuxException {
    try (Arena local = Arena.ofConfined()) {
      long name = NativeString.address(local, path);
      long result = journal.attempt("stat", path, () -> statx(name));
      if (result != -Errno.ENOENT) {
        LinuxException.check(result, "stat", path.toString());
      }
      return result >= 0;
    }
  }

  private long statx(long name) {
    return FileOps.statx(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, buffer);
  }

  void mkdir(Path path) throws LinuxException {
    named("mkdir", path, name -> FileOps.mkdirat(AT_FDCWD, name, DIRECTORY_PERMISSIONS));
  }

  void rmdir(Path path) throws LinuxException {
    named("rmdir", path, name -> FileOps.unlinkat(AT_FDCWD, name, AT_REMOVEDIR));
  }

  void unlink(Path path) throws LinuxException {
    named("unlink", path, name -> FileOps.unlinkat(AT_FDCWD, name, 0));
  }

  void rename(Path from, Path to) throws LinuxException {
    both("rename", from, to, (a, b) -> FileOps.renameat2(AT_FDCWD, a, AT_FDCWD, b, 0));
  }

  void link(Path file, Path name) throws LinuxException {
    both("link", file, name, (a, b) -> FileOps.linkat(AT_FDCWD, a, AT_FDCWD, b, 0));
  }

  /** Makes the link {@code path} that says {@code target}. */
  void symlink(Path target, Path path) throws LinuxException {
    both("symlink", target, path, (a, b) -> FileOps.symlinkat(a, AT_FDCWD, b));
  }

  String readlink(Path path) throws LinuxException {
    int length =
        (int) named("readlink", path, name -> FileOps.readlinkat(AT_FDCWD, name, buffer, LARGEST));
    byte[] target = new byte[length];
    Memory.copy(buffer, target, 0, length);
    return new String(target, StandardCharsets.UTF_8);
  }

  void chmod(Path path, int permissions) throws LinuxException {
    named("chmod", path, name -> FileOps.chmod(name, permissions));
  }

  void truncate(Path path, long size) throws LinuxException {
    named("truncate", path, name -> FileOps.truncate(name, size));
  }

  /** Sets both times. */
  void setTimes(Path path, long seconds, int nanos) throws LinuxException {
    for (long time = buffer; time < buffer + 2 * TIMESPEC; time += TIMESPEC) {
      Memory.putLong(time, seconds);
      Memory.putLong(time + Long.BYTES, nanos);
    }
    named("utimensat", path, name -> FileOps.utimensat(AT_FDCWD, name, buffer, 0));
  }

  private long named(String call, Path path, LongUnaryOperator action) throws LinuxException {
    try (Arena local = Arena.ofConfined()) {
      long name = NativeString.address(local, path);
      return journal.call(call, path, () -> action.applyAsLong(name));
    }
  }

  /** A call with two names. */
  private interface TwoNames {
    long on(long first, long second);
  }

  private void both(String call, Path first, Path second, TwoNames action) throws LinuxException {
    try (Arena local = Arena.ofConfined()) {
      long a = NativeString.address(local, first);
      long b = NativeString.address(local, second);
      journal.call(call, first + " " + second, () -> action.on(a, b));
    }
  }

  /** Closes what was left open, whatever the results, and frees memory. */
  @Override
  public void close() {
    open.forEach(FileOps::close);
    arena.close();
  }
}
