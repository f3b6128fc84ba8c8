package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.linux.StatFs;
import io.ringmount.channels.linux.Statx;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.agrona.BufferUtil;

/**
 * A directory of copies:
 *
 * <pre>
 *   ringmount-cache            what this is, and of which backend
 *   lock                       held (flock) by the process that fills and evicts
 *   ab/00000000000012ab-0.data the complete copy of the file with inode 0x12ab
 *   ab/00000000000012ab-0.part a copy that is being filled
 *   ab/00000000000012ab-0.map  of either: see {@link MapFile}
 * </pre>
 *
 * <p>It is its owner's alone, mode 0700. All its files are reached beneath its descriptor and
 * through no symbolic link; those that are not regular files of this process's user are not used.
 * All methods are for any thread.
 */
final class CacheDirectory implements AutoCloseable {
  static final int FOLDERS = 256;
  static final String DATA = ".data";
  static final String PART = ".part";
  static final String MAP = ".map";

  private static final String NEW_MAP = ".new";
  private static final String FORMAT_FILE = "ringmount-cache";
  private static final String FORMAT = "ringmount cache 1";
  private static final String LOCK_FILE = "lock";

  private static final long UNLOCK_MILLIS = 500;

  private static final int FILE_MODE = 0600;
  private static final int FOLDER_MODE = 0700;
  private static final int BENEATH = FileFlags.RESOLVE_BENEATH | FileFlags.RESOLVE_NO_SYMLINKS;
  private static final int FOLDER_FLAGS = FileFlags.O_RDONLY | FileFlags.O_DIRECTORY;

  /** What of this cache may be there although somebody has removed the rest. */
  private static final Pattern REMAINS = Pattern.compile("lost\\+found|lock|[0-9a-f]{2}");

  private final Path path;
  private final Path backend;

  /** Of the directory; the number stays the same when it becomes another's. */
  private final int root;

  private final long owner;

  /** Held, to be read, while files are changed. */
  private final ReentrantReadWriteLock changing = new ReentrantReadWriteLock();

  /** Descriptor of the lock; -1 while this process does not have it. */
  private int lock = -1;

  /** This process has had the lock, and must not have it again. */
  private boolean givenUp;

  private CacheDirectory(Path path, Path backend, int root, long owner) {
    this.path = path;
    this.backend = backend;
    this.root = root;
    this.owner = owner;
  }

  /**
   * Opens the cache of a backend, and makes it if there is none.
   *
   * @throws IOException it cannot be made, or is another's, or of another backend; says what to do
   */
  static CacheDirectory open(Path path, Path backend) throws IOException {
    int root = openRoot(path);
    try {
      CacheDirectory directory = new CacheDirectory(path, backend, root, owner(root));
      directory.check();
      return directory;
    } catch (IOException | RuntimeException e) {
      FileOps.close(root);
      throw e;
    }
  }

  private static int openRoot(Path path) throws IOException {
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return FileOps.open(path, FOLDER_FLAGS | FileFlags.O_NOFOLLOW);
  }

  private static long owner(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long statx = arena.allocate(Statx.SIZE, Long.BYTES).address();
      LinuxException.check(
          FileOps.fstatx(fd, FileFlags.STATX_BASIC_STATS, statx), "statx", "the cache directory");
      return Statx.uid(statx);
    }
  }

  private void check() throws IOException {
    Path format = path.resolve(FORMAT_FILE);
    String expected = FORMAT + "\n" + backend + "\n";
    if (Files.exists(format, LinkOption.NOFOLLOW_LINKS)) {
      String there = Files.readString(format);
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
    if (owner != ((Number) Files.getAttribute(format, "unix:uid")).longValue()) {
      throw refusal("is another user's");
    }
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
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

  /**
   * Whether the directory and its lock are still where they were: somebody may have removed them.
   * To be asked by who has the lock.
   */
  boolean isIntact() {
    return isAt(root, path) && isAt(lock, path.resolve(LOCK_FILE));
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
      int fresh = openRoot(path);
      try {
        check();
        // At once for all who use the number.
        LinuxException.check(FileOps.dup3(fresh, root), "dup3", path.toString());
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
    int fd =
        FileOps.openBeneath(
            root, LOCK_FILE, FileFlags.O_RDONLY | FileFlags.O_CREAT, FILE_MODE, BENEATH);
    if (FileOps.flock(fd, FileFlags.LOCK_EX | FileFlags.LOCK_NB) < 0) {
      FileOps.close(fd);
      return false;
    }
    lock = fd;
    return true;
  }

  /**
   * Lets another process change files: this one does so no more, not even with what it has begun.
   * Where its disk hangs in the middle of a change, the lock ends with the process.
   */
  void unlock() throws InterruptedException {
    if (changing.writeLock().tryLock(UNLOCK_MILLIS, TimeUnit.MILLISECONDS)) {
      try {
        givenUp = true;
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
  private interface Change {
    long apply() throws LinuxException;
  }

  private long change(Change change) throws LinuxException {
    changing.readLock().lock();
    try {
      return lock >= 0 ? change.apply() : -Errno.EBUSY;
    } finally {
      changing.readLock().unlock();
    }
  }

  // ---- files -----------------------------------------------------------------------------------

  /**
   * Opens one of the files of a key.
   *
   * @param size that it must have
   * @return the descriptor; -1 when there is no such file, or it is none of this cache's
   */
  int open(FileKey key, String ending, int flags, long size) {
    int fd;
    try {
      fd = FileOps.openBeneath(root, key.path() + ending, flags | FileFlags.O_NOFOLLOW, 0, BENEATH);
    } catch (LinuxException absent) {
      return -1;
    }
    if (isOurs(fd, size)) {
      return fd;
    }
    FileOps.close(fd);
    return -1;
  }

  private boolean isOurs(int fd, long size) {
    try (Arena arena = Arena.ofConfined()) {
      long statx = arena.allocate(Statx.SIZE, Long.BYTES).address();
      return FileOps.fstatx(fd, FileFlags.STATX_BASIC_STATS, statx) >= 0
          && (Statx.mode(statx) & FileFlags.S_IFMT) == FileFlags.S_IFREG
          && Integer.toUnsignedLong(Statx.uid(statx)) == owner
          && Statx.size(statx) == size;
    }
  }

  /** Makes a file that is not there, with room for {@code size} bytes. */
  int create(FileKey key, String ending, long size) throws LinuxException {
    long fd = change(() -> make(key, ending, size));
    return (int) LinuxException.check(fd, "create", describe(key, ending));
  }

  private int make(FileKey key, String ending, long size) throws LinuxException {
    int flags = FileFlags.O_RDWR | FileFlags.O_CREAT | FileFlags.O_EXCL;
    int fd;
    try {
      fd = FileOps.openBeneath(root, key.path() + ending, flags, FILE_MODE, BENEATH);
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      makeFolder(key);
      fd = FileOps.openBeneath(root, key.path() + ending, flags, FILE_MODE, BENEATH);
    }
    try {
      long result = size == 0 ? 0 : FileOps.fallocate(fd, 0, 0, size);
      if (result == -Errno.EOPNOTSUPP) {
        result = FileOps.ftruncate(fd, size);
      }
      LinuxException.check(result, "fallocate", describe(key, ending));
      return fd;
    } catch (LinuxException e) {
      FileOps.close(fd);
      remove(key, ending);
      throw e;
    }
  }

  private void makeFolder(FileKey key) throws LinuxException {
    String folder = key.path().substring(0, key.path().indexOf('/'));
    try (Arena arena = Arena.ofConfined()) {
      long result = FileOps.mkdirat(root, NativeString.address(arena, folder), FOLDER_MODE);
      if (result != -Errno.EEXIST) {
        LinuxException.check(result, "mkdir", path.resolve(folder).toString());
      }
    }
  }

  private String describe(FileKey key, String ending) {
    return path.resolve(key.path() + ending).toString();
  }

  private void remove(FileKey key, String ending) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long name = NativeString.address(arena, key.path() + ending);
      long result = change(() -> FileOps.unlinkat(root, name, 0));
      if (result != -Errno.ENOENT) {
        LinuxException.check(result, "unlink", describe(key, ending));
      }
    }
  }

  /** Removes all files of a key that are there. */
  void remove(FileKey key) throws LinuxException {
    remove(key, MAP);
    remove(key, DATA);
    remove(key, PART);
  }

  private void rename(FileKey key, String from, String to) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long old = NativeString.address(arena, key.path() + from);
      long name = NativeString.address(arena, key.path() + to);
      LinuxException.check(
          change(() -> FileOps.renameat2(root, old, root, name, 0)), "rename", describe(key, from));
    }
  }

  /** The copy is complete, and on the disk: gives it its name. */
  void publish(FileKey key) throws LinuxException {
    rename(key, PART, DATA);
  }

  /** Has the names of a key's files reach the disk. */
  void syncNames(FileKey key) throws LinuxException {
    String folder = key.path().substring(0, key.path().indexOf('/'));
    int fd = FileOps.openBeneath(root, folder, FOLDER_FLAGS, 0, BENEATH);
    try {
      LinuxException.check(FileOps.fsync(fd), "fsync", path.resolve(folder).toString());
    } finally {
      FileOps.close(fd);
    }
  }

  /**
   * Writes the map of a key, the whole or nothing.
   *
   * @param map direct
   * @param lasting whether it is to be on the disk
   */
  void writeMap(FileKey key, ByteBuffer map, boolean lasting) throws LinuxException {
    remove(key, NEW_MAP);
    int fd = create(key, NEW_MAP, 0);
    try {
      String what = describe(key, MAP);
      FileIo.write(fd, BufferUtil.address(map), map.limit(), 0, what);
      if (lasting) {
        LinuxException.check(FileOps.fdatasync(fd), "fdatasync", what);
      }
    } finally {
      FileOps.close(fd);
    }
    rename(key, NEW_MAP, MAP);
  }

  /** Reads the map of a key; null when there is none of {@code length} bytes. */
  ByteBuffer readMap(FileKey key, int length) {
    int fd = open(key, MAP, FileFlags.O_RDONLY, length);
    if (fd < 0) {
      return null;
    }
    try {
      ByteBuffer map = ByteBuffer.allocateDirect(length);
      return FileIo.read(fd, BufferUtil.address(map), length, 0) == length ? map : null;
    } finally {
      FileOps.close(fd);
    }
  }

  // ---- the whole -------------------------------------------------------------------------------

  /**
   * Finds the copies that are there.
   *
   * @param found is told the key and bytes of each
   * @param wanted when false, the search ends early
   */
  void scan(BiConsumer<FileKey, Long> found, BooleanSupplier wanted) throws IOException {
    for (int i = 0; i < FOLDERS && wanted.getAsBoolean(); i++) {
      Path folder = path.resolve(FileKey.folder(i));
      if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
          for (Path file : files) {
            report(file, found);
          }
        }
      }
    }
  }

  private static void report(Path file, BiConsumer<FileKey, Long> found) throws IOException {
    String name = file.getFileName().toString();
    String ending = name.endsWith(DATA) ? DATA : PART;
    if (name.endsWith(ending) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      FileKey key = FileKey.ofName(name.substring(0, name.length() - ending.length()));
      if (key != null) {
        found.accept(key, Files.size(file));
      }
    }
  }

  /** Bytes of the file system: those that are free to this process, and all. */
  record Room(long free, long total) {}

  Room room() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long statfs = arena.allocate(StatFs.SIZE, Long.BYTES).address();
      LinuxException.check(FileOps.fstatfs(root, statfs), "statfs", path.toString());
      long unit = StatFs.fragmentSize(statfs);
      return new Room(StatFs.blocksAvailable(statfs) * unit, StatFs.blocks(statfs) * unit);
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
    FileOps.close(root);
  }
}
