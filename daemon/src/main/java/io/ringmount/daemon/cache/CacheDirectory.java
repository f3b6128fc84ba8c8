package io.ringmount.daemon.cache;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

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
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.BufferUtil;

/**
 * The copies in a cache directory, beneath its {@link CacheRoot}:
 *
 * <pre>
 *   ab/00000000000012ab-0.data the complete copy of the file with inode 0x12ab
 *   ab/00000000000012ab-0.part a copy that is being filled
 *   ab/00000000000012ab-0.map  of either: see {@link MapFile}
 *   ab/00000000000012ab-0.pin  the file's copy, whether there is one or not, is not to be evicted
 * </pre>
 *
 * <p>All files are reached beneath the root's descriptor and through no symbolic link; those that
 * are not regular files of the owner are not used. All methods are for any thread.
 */
final class CacheDirectory {
  static final int FOLDERS = 256;
  static final String DATA = ".data";
  static final String PART = ".part";
  static final String MAP = ".map";
  static final String PIN = ".pin";

  private static final String NEW_MAP = ".new";

  private static final int FILE_MODE = 0600;
  private static final int FOLDER_MODE = 0700;
  private static final int BENEATH = FileFlags.RESOLVE_BENEATH | FileFlags.RESOLVE_NO_SYMLINKS;
  private static final int FOLDER_FLAGS = FileFlags.O_RDONLY | FileFlags.O_DIRECTORY;

  private final CacheRoot root;

  CacheDirectory(CacheRoot root) {
    this.root = root;
  }

  /**
   * Opens one of the files of a key.
   *
   * @param size that it must have
   * @return the descriptor; -1 when there is no such file, or it is none of this cache's
   */
  int open(FileKey key, String ending, int flags, long size) {
    return open(key, ending, flags, size, size);
  }

  private int open(FileKey key, String ending, int flags, long least, long most) {
    int fd;
    try {
      int all = flags | FileFlags.O_NOFOLLOW;
      fd = FileOps.openBeneath(root.fd(), key.path() + ending, all, 0, BENEATH);
    } catch (LinuxException absent) {
      return -1;
    }
    long size = size(fd);
    if (size >= least && size <= most) {
      return fd;
    }
    FileOps.close(fd);
    return -1;
  }

  /** Bytes of a regular file of this cache; -1 of anything else. */
  private long size(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long statx = arena.allocate(Statx.SIZE, Long.BYTES).address();
      return FileOps.fstatx(fd, FileFlags.STATX_BASIC_STATS, statx) >= 0
              && (Statx.mode(statx) & FileFlags.S_IFMT) == FileFlags.S_IFREG
              && Integer.toUnsignedLong(Statx.uid(statx)) == root.owner()
          ? Statx.size(statx)
          : -1;
    }
  }

  /** Makes a file that is not there, with room for {@code size} bytes. */
  int create(FileKey key, String ending, long size) throws LinuxException {
    long fd = root.change(() -> make(key, ending, size));
    return (int) LinuxException.check(fd, "create", describe(key, ending));
  }

  private int make(FileKey key, String ending, long size) throws LinuxException {
    int flags = FileFlags.O_RDWR | FileFlags.O_CREAT | FileFlags.O_EXCL;
    int fd;
    try {
      fd = FileOps.openBeneath(root.fd(), key.path() + ending, flags, FILE_MODE, BENEATH);
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      makeFolder(key);
      fd = FileOps.openBeneath(root.fd(), key.path() + ending, flags, FILE_MODE, BENEATH);
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
      long result = FileOps.mkdirat(root.fd(), NativeString.address(arena, folder), FOLDER_MODE);
      if (result != -Errno.EEXIST) {
        LinuxException.check(result, "mkdir", root.path().resolve(folder).toString());
      }
    }
  }

  private String describe(FileKey key, String ending) {
    return root.path().resolve(key.path() + ending).toString();
  }

  private void remove(FileKey key, String ending) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long name = NativeString.address(arena, key.path() + ending);
      long result = root.change(() -> FileOps.unlinkat(root.fd(), name, 0));
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
          root.change(() -> FileOps.renameat2(root.fd(), old, root.fd(), name, 0)),
          "rename",
          describe(key, from));
    }
  }

  /** The copy is complete, and on the disk: gives it its name. */
  void publish(FileKey key) throws LinuxException {
    rename(key, PART, DATA);
  }

  /** The copy is complete no more. */
  void retract(FileKey key) throws LinuxException {
    rename(key, DATA, PART);
  }

  /** Has the names of a key's files reach the disk. */
  void syncNames(FileKey key) throws LinuxException {
    String folder = key.path().substring(0, key.path().indexOf('/'));
    int fd = FileOps.openBeneath(root.fd(), folder, FOLDER_FLAGS, 0, BENEATH);
    try {
      LinuxException.check(FileOps.fsync(fd), "fsync", root.path().resolve(folder).toString());
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

  /** Reads the map of a key; null when there is none of at most so many bytes. */
  ByteBuffer readMap(FileKey key, int most) {
    int fd = open(key, MAP, FileFlags.O_RDONLY, 0, most);
    if (fd < 0) {
      return null;
    }
    try {
      ByteBuffer map = ByteBuffer.allocateDirect((int) size(fd));
      return FileIo.read(fd, BufferUtil.address(map), map.capacity(), 0) == map.capacity()
          ? map
          : null;
    } finally {
      FileOps.close(fd);
    }
  }

  /** Notes on the disk whether a file is pinned. */
  void pin(FileKey key, boolean pinned) throws LinuxException {
    if (pinned) {
      try {
        FileOps.close(create(key, PIN, 0));
      } catch (LinuxException e) {
        if (e.errno() != Errno.EEXIST) {
          throw e;
        }
      }
    } else {
      remove(key, PIN);
    }
    syncNames(key);
  }

  /** Whether there is a copy of a file, complete or not. */
  boolean has(FileKey key) {
    return Files.exists(root.path().resolve(key.path() + DATA), NOFOLLOW_LINKS)
        || Files.exists(root.path().resolve(key.path() + PART), NOFOLLOW_LINKS);
  }

  // ---- the whole -------------------------------------------------------------------------------

  /** Is told what is there. */
  interface Finder {
    /**
     * A copy, complete or not.
     *
     * @param size in bytes
     * @param used when it was last read, as far as the file system knows; seconds since 1970
     */
    void copy(FileKey key, long size, long used);

    /** A file that is pinned. */
    void pin(FileKey key);
  }

  /**
   * Looks for what is there.
   *
   * @param wanted when false, the search ends early
   */
  void scan(Finder finder, BooleanSupplier wanted) throws IOException {
    for (int i = 0; i < FOLDERS && wanted.getAsBoolean(); i++) {
      Path folder = root.path().resolve(FileKey.folder(i));
      if (Files.isDirectory(folder, NOFOLLOW_LINKS)) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
          for (Path file : files) {
            report(file, finder);
          }
        }
      }
    }
  }

  private static void report(Path file, Finder finder) throws IOException {
    String name = file.getFileName().toString();
    int dot = Math.max(0, name.indexOf('.'));
    FileKey key = FileKey.ofName(name.substring(0, dot));
    String ending = name.substring(dot);
    if (key == null || ending.equals(MAP) || !Files.isRegularFile(file, NOFOLLOW_LINKS)) {
      return;
    }
    if (ending.equals(PIN)) {
      finder.pin(key);
    } else if (ending.equals(DATA) || ending.equals(PART)) {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
      long used = attributes.lastAccessTime().to(TimeUnit.SECONDS);
      finder.copy(key, attributes.size(), used);
    }
  }

  /** Bytes of the file system: those that are free to this process, and all. */
  record Room(long free, long total) {}

  Room room() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long statfs = arena.allocate(StatFs.SIZE, Long.BYTES).address();
      LinuxException.check(FileOps.fstatfs(root.fd(), statfs), "statfs", root.path().toString());
      long unit = StatFs.fragmentSize(statfs);
      return new Room(StatFs.blocksAvailable(statfs) * unit, StatFs.blocks(statfs) * unit);
    }
  }

  @Override
  public String toString() {
    return root.path().toString();
  }
}
