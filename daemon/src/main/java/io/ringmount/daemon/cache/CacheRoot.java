package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.linux.Statx;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;

/**
 * The top of a cache directory: whose it is, and which process may change what is in it.
 *
 * <pre>
 *   ringmount-cache  what this is, and of which backend; its time is when all copies were verified
 *   lock             held (flock) by the process that fills and evicts
 *   journal          what became of the copies: see {@link Journals}
 * </pre>
 *
 * <p>It is its owner's alone, mode 0700. Methods are for any thread.
 */
final class CacheRoot implements AutoCloseable {
  private static final String FORMAT_FILE = "ringmount-cache";
  private static final String FORMAT = "ringmount cache 2";

  /** Without journals: who knows only this one must not change copies beside a journal. */
  private static final String EARLIER_FORMAT = "ringmount cache 1";

  private static final String LOCK_FILE = "lock";

  /** The folder of the {@link Journals}. */
  static final String JOURNAL = "journal";

  private static final long UNLOCK_MILLIS = 500;

  private static final int FILE_MODE = 0600;
  private static final int BENEATH = FileFlags.RESOLVE_BENEATH | FileFlags.RESOLVE_NO_SYMLINKS;

  /** What of this cache may be there although somebody has removed the rest. */
  private static final Pattern REMAINS = Pattern.compile("lost\\+found|lock|journal|[0-9a-f]{2}");

  private final Path path;
  private final Path backend;

  /** Of the directory; the number stays the same when it becomes another's. */
  private final int fd;

  private final long owner;

  /** Held, to be read, while files are changed. */
  private final ReentrantReadWriteLock changing = new ReentrantReadWriteLock();

  /** Descriptor of the lock; -1 while this process does not have it. */
  private int lock = -1;

  /** This process has had the lock, and must not have it again. */
  private volatile boolean givenUp;

  private CacheRoot(Path path, Path backend, int fd, long owner) {
    this.path = path;
    this.backend = backend;
    this.fd = fd;
    this.owner = owner;
  }

  /**
   * Opens the cache of a backend, and makes it if there is none.
   *
   * @throws IOException it cannot be made, or is another's, or of another backend; says what to do
   */
  static CacheRoot open(Path path, Path backend) throws IOException {
    int fd = open(path);
    try {
      CacheRoot root = new CacheRoot(path, backend, fd, owner(fd));
      root.check();
      return root;
    } catch (IOException | RuntimeException e) {
      FileOps.close(fd);
      throw e;
    }
  }

  private static int open(Path path) throws IOException {
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return FileOps.open(path, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY | FileFlags.O_NOFOLLOW);
  }

  private static long owner(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long statx = arena.allocate(Statx.SIZE, Long.BYTES).address();
      LinuxException.check(
          FileOps.fstatx(fd, FileFlags.STATX_BASIC_STATS, statx), "statx", "the cache directory");
      return Integer.toUnsignedLong(Statx.uid(statx));
    }
  }

  private void check() throws IOException {
    Path format = path.resolve(FORMAT_FILE);
    String expected = FORMAT + "\n" + backend + "\n";
    if (Files.exists(format, LinkOption.NOFOLLOW_LINKS)) {
      String there =
          Files.readString(format).replaceFirst("^" + EARLIER_FORMAT + "\n", FORMAT + "\n");
      if (!there.startsWith(FORMAT + "\n")) {
        throw refusal("is of another version of ringmount");
      }
      if (!there.equals(expected)) {
        throw refusal("holds copies of " + there.substring(FORMAT.length() + 1).strip());
      }
    } else if (isEmpty()) {
      Files.writeString(format, expected);
    } else {
      throw refusal("is neither empty nor a cache");
    }
    // Another user could put anything in place of the copies.
    int formatOwner = ((Number) Files.getAttribute(format, "unix:uid")).intValue();
    if (owner != Integer.toUnsignedLong(Credentials.effectiveUid())
        || owner != Integer.toUnsignedLong(formatOwner)) {
      throw refusal("is another user's");
    }
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
  }

  /** When all copies were compared to their checksums, or the cache was made. */
  FileTime verified() throws IOException {
    return Files.getLastModifiedTime(path.resolve(FORMAT_FILE), LinkOption.NOFOLLOW_LINKS);
  }

  /** Notes when all copies were compared to their checksums. */
  void verified(FileTime time) throws IOException {
    Files.setLastModifiedTime(path.resolve(FORMAT_FILE), time);
  }

  /** Whether the copies were changed by who wrote no journal. */
  boolean isOfEarlierFormat() throws IOException {
    return Files.readString(path.resolve(FORMAT_FILE)).startsWith(EARLIER_FORMAT + "\n");
  }

  /** From now on those who write no journal refuse it. */
  void renewFormat() throws IOException {
    Path format = path.resolve(FORMAT_FILE);
    Path next = path.resolve(FORMAT_FILE + ".new");
    Files.writeString(next, FORMAT + "\n" + backend + "\n");
    Files.setLastModifiedTime(next, verified());
    Files.move(next, format, StandardCopyOption.ATOMIC_MOVE);
  }

  private IOException refusal(String what) {
    return new IOException("cache_dir " + path + " " + what + "; name another directory");
  }

  private boolean isEmpty() throws IOException {
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(
            path, each -> !REMAINS.matcher(each.getFileName().toString()).matches())) {
      return !entries.iterator().hasNext();
    }
  }

  Path path() {
    return path;
  }

  /** Opens the file that says what this is. */
  int openFormat(int flags) throws LinuxException {
    return FileOps.openBeneath(fd, FORMAT_FILE, flags | FileFlags.O_NOFOLLOW, 0, BENEATH);
  }

  /** Descriptor of the directory. */
  int fd() {
    return fd;
  }

  /** Number of the user whose it is. */
  long owner() {
    return owner;
  }

  /**
   * Whether the directory and its lock are still where they were: somebody may have removed them.
   * To be asked by who has the lock.
   */
  boolean isIntact() {
    return isAt(fd, path) && isAt(lock, path.resolve(LOCK_FILE));
  }

  private static boolean isAt(int fd, Path file) {
    try (Arena arena = Arena.ofConfined()) {
      long here = arena.allocate(2L * Statx.SIZE, Long.BYTES).address();
      long there = here + Statx.SIZE;
      return FileOps.fstatx(fd, FileFlags.STATX_BASIC_STATS, here) >= 0
          && FileOps.statx(
                  FileFlags.AT_FDCWD,
                  NativeString.address(arena, file),
                  FileFlags.AT_SYMLINK_NOFOLLOW,
                  FileFlags.STATX_BASIC_STATS,
                  there)
              >= 0
          && Statx.inode(here) == Statx.inode(there)
          && Statx.device(here) == Statx.device(there);
    }
  }

  /**
   * Begins anew with what is in its place now, or with nothing, and without the lock.
   *
   * @throws IOException as {@link #open}
   */
  void reopen() throws IOException {
    changing.writeLock().lock();
    try {
      int fresh = open(path);
      try {
        check();
        // At once for all who use the number.
        LinuxException.check(FileOps.dup3(fresh, fd), "dup3", path.toString());
      } finally {
        FileOps.close(fresh);
      }
      if (lock >= 0) {
        FileOps.close(lock);
        lock = -1;
      }
    } finally {
      changing.writeLock().unlock();
    }
  }

  /**
   * Becomes the one process that may change files, unless another is, or this one was and has
   * {@link #unlock}ed it.
   */
  boolean lock() throws LinuxException {
    changing.writeLock().lock();
    try {
      return lock >= 0 || !givenUp && tryLock();
    } finally {
      changing.writeLock().unlock();
    }
  }

  private boolean tryLock() throws LinuxException {
    int file =
        FileOps.openBeneath(
            fd, LOCK_FILE, FileFlags.O_RDONLY | FileFlags.O_CREAT, FILE_MODE, BENEATH);
    if (FileOps.flock(file, FileFlags.LOCK_EX | FileFlags.LOCK_NB) < 0) {
      FileOps.close(file);
      return false;
    }
    lock = file;
    return true;
  }

  /**
   * Lets another process change files: this one does so no more, not even with what it has begun.
   * Where its disk hangs in the middle of a change, the lock ends with the process.
   */
  void unlock() throws InterruptedException {
    givenUp = true;
    if (changing.writeLock().tryLock(UNLOCK_MILLIS, TimeUnit.MILLISECONDS)) {
      try {
        if (lock >= 0) {
          FileOps.close(lock);
          lock = -1;
        }
      } finally {
        changing.writeLock().unlock();
      }
    }
  }

  /** A change of files, made by the process that has the lock. */
  @FunctionalInterface
  interface Change {
    long apply() throws LinuxException;
  }

  /**
   * Changes files, if this process may.
   *
   * @return what the change returns, a negative error number if it fails; {@code -EBUSY} when it
   *     may not
   */
  long change(Change change) throws LinuxException {
    changing.readLock().lock();
    try {
      return lock >= 0 && !givenUp ? change.apply() : -Errno.EBUSY;
    } finally {
      changing.readLock().unlock();
    }
  }

  /** What needs the lock. */
  @FunctionalInterface
  interface Use {
    void run() throws IOException;
  }

  /** Does something, if this process may change files; returns whether it may. */
  boolean use(Use use) throws IOException {
    changing.readLock().lock();
    try {
      boolean may = lock >= 0 && !givenUp;
      if (may) {
        use.run();
      }
      return may;
    } finally {
      changing.readLock().unlock();
    }
  }

  /** Nobody uses it any more. */
  @Override
  public void close() {
    try {
      unlock();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    FileOps.close(fd);
  }
}
