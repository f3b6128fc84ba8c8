package io.ringmount.channels.linux;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * The file calls.
 *
 * <p>Unless a method says otherwise it is for hot paths: raw addresses in, the kernel's result or
 * {@code -errno} out, no allocation, no exception, no retry after {@code EINTR}. {@code path}
 * arguments are addresses of NUL-terminated bytes ({@link NativeString}), lengths and offsets count
 * bytes, descriptors stay the caller's. Any thread may call.
 */
public final class FileOps {
  /** Address of the path of the directory itself. Never freed. */
  public static final long HERE = NativeString.address(Arena.global(), ".");

  /** Address of an empty path, for calls with {@link FileFlags#AT_EMPTY_PATH}. Never freed. */
  public static final long EMPTY_PATH = NativeString.address(Arena.global(), "");

  /**
   * What statx of a descriptor takes as path: none, where the kernel accepts that (Linux 6.11) and
   * saves itself copying one.
   */
  private static final long NO_PATH = acceptsNoPath() ? 0 : EMPTY_PATH;

  /** Size of {@code struct open_how} in bytes. */
  public static final int OPEN_HOW_SIZE = 24;

  private static final int OPEN_HOW_FLAGS = 0;
  private static final int OPEN_HOW_MODE = 8;
  private static final int OPEN_HOW_RESOLVE = 16;

  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;

  /** How often an uncertain resolution is repeated: renames end, an attacker's do not. */
  private static final int OPENAT2_ATTEMPTS = 128;

  private FileOps() {}

  // ---- opening -----------------------------------------------------------------------------

  /**
   * Opens or creates a file; {@code mode} counts only with {@code O_CREAT} and {@code O_TMPFILE}.
   */
  public static long openat(int dirFd, long path, int flags, int mode) {
    return Syscall.call(SyscallNumber.OPENAT, dirFd, path, flags, mode);
  }

  /**
   * Opens a file with limits on how its path is resolved.
   *
   * @param how address of a filled {@code struct open_how}, see {@link #fillOpenHow}
   * @return the descriptor, {@code -EAGAIN} when a concurrent rename made the answer uncertain
   */
  public static long openat2(int dirFd, long path, long how) {
    return Syscall.call(SyscallNumber.OPENAT2, dirFd, path, how, OPEN_HOW_SIZE);
  }

  /**
   * Fills the {@link #OPEN_HOW_SIZE} bytes at {@code how}.
   *
   * @param mode must be 0 unless {@code flags} creates a file
   * @param resolve {@code RESOLVE_*}
   */
  public static void fillOpenHow(long how, int flags, int mode, int resolve) {
    Memory.putLong(how + OPEN_HOW_FLAGS, Integer.toUnsignedLong(flags));
    Memory.putLong(how + OPEN_HOW_MODE, mode);
    Memory.putLong(how + OPEN_HOW_RESOLVE, resolve);
  }

  /** Frees the descriptor, even when the result is an error; never retry. */
  public static long close(int fd) {
    return Syscall.call(SyscallNumber.CLOSE, fd);
  }

  /**
   * A second descriptor of the same open file, closed on exec (plain {@code dup} would not be).
   *
   * @return the lowest free descriptor
   */
  public static long dup(int fd) {
    return Syscall.call(SyscallNumber.FCNTL, fd, F_DUPFD_CLOEXEC, 0);
  }

  /** Makes the number {@code to} one of the open file of {@code from}, closed on exec. */
  public static long dup3(int from, int to) {
    return Syscall.call(SyscallNumber.DUP3, from, to, FileFlags.O_CLOEXEC);
  }

  /**
   * Makes calls on the open file of {@code fd} return {@code EAGAIN} instead of waiting, or not.
   */
  public static long setNonBlocking(int fd, boolean on) {
    long flags = Syscall.call(SyscallNumber.FCNTL, fd, F_GETFL);
    if (flags < 0) {
      return flags;
    }
    long wanted = on ? flags | FileFlags.O_NONBLOCK : flags & ~(long) FileFlags.O_NONBLOCK;
    return Syscall.call(SyscallNumber.FCNTL, fd, F_SETFL, wanted);
  }

  /**
   * The file handle of a path.
   *
   * @param handle address of {@code struct file_handle}: u32 handle_bytes (in: room, out: used),
   *     s32 type, then the bytes
   * @param mountId address of an int that receives the mount's id
   * @param flags {@code AT_EMPTY_PATH}, {@code AT_SYMLINK_FOLLOW}
   * @return 0, {@code -EOVERFLOW} when handle_bytes was too small
   */
  public static long nameToHandleAt(int dirFd, long path, long handle, long mountId, int flags) {
    return Syscall.call(SyscallNumber.NAME_TO_HANDLE_AT, dirFd, path, handle, mountId, flags);
  }

  /**
   * Opens a file by its handle; needs CAP_DAC_READ_SEARCH.
   *
   * @param mountFd any descriptor of the handle's file system, not opened with {@code O_PATH}
   * @return the descriptor, {@code -ESTALE} when the file is gone
   */
  public static long openByHandleAt(int mountFd, long handle, int flags) {
    return Syscall.call(SyscallNumber.OPEN_BY_HANDLE_AT, mountFd, handle, flags);
  }

  // ---- attributes --------------------------------------------------------------------------

  /**
   * Reads attributes.
   *
   * @param flags {@code AT_*}
   * @param mask {@code STATX_*}, what is wanted
   * @param buffer address of {@link Statx#SIZE} bytes
   */
  public static long statx(int dirFd, long path, int flags, int mask, long buffer) {
    return Syscall.call(
        SyscallNumber.STATX, dirFd, path, flags, Integer.toUnsignedLong(mask), buffer);
  }

  /**
   * Attributes of an open file, also of an {@code O_PATH} descriptor; the cheapest way to them.
   *
   * @param mask {@code STATX_*} bits that are wanted
   * @param buffer address of {@link Statx#SIZE} bytes
   */
  public static long fstatx(int fd, int mask, long buffer) {
    return statx(fd, NO_PATH, FileFlags.AT_EMPTY_PATH, mask, buffer);
  }

  private static boolean acceptsNoPath() {
    try (Arena arena = Arena.ofConfined()) {
      long buffer = arena.allocate(Statx.SIZE, Long.BYTES).address();
      return statx(FileFlags.AT_FDCWD, 0, FileFlags.AT_EMPTY_PATH, 0, buffer) >= 0;
    }
  }

  /** Numbers of a file's file system, into {@link StatFs#SIZE} bytes at {@code buffer}. */
  public static long fstatfs(int fd, long buffer) {
    return Syscall.call(SyscallNumber.FSTATFS, fd, buffer);
  }

  /** Sets the size of a file open for writing. */
  public static long ftruncate(int fd, long length) {
    return Syscall.call(SyscallNumber.FTRUNCATE, fd, length);
  }

  /** Sets the size of a file, following a symbolic link. */
  public static long truncate(long path, long length) {
    return Syscall.call(SyscallNumber.TRUNCATE, path, length);
  }

  /**
   * Changes owner and group; -1 leaves one as it is.
   *
   * @param flags {@code AT_EMPTY_PATH}, {@code AT_SYMLINK_NOFOLLOW}
   */
  public static long fchownat(int dirFd, long path, int uid, int gid, int flags) {
    return Syscall.call(SyscallNumber.FCHOWNAT, dirFd, path, uid, gid, flags);
  }

  /**
   * Changes permissions, following links: {@code /proc/self/fd/<n>} reaches an O_PATH descriptor.
   */
  public static long chmod(long path, int mode) {
    return Syscall.call(SyscallNumber.CHMOD, path, mode);
  }

  /**
   * Sets access and modification time.
   *
   * @param path address, or 0 to mean {@code dirFd} itself
   * @param times address of two {@code struct timespec} (s64 seconds, s64 nanoseconds or {@code
   *     UTIME_*}), or 0 for the present
   * @param flags {@code AT_SYMLINK_NOFOLLOW}, {@code AT_EMPTY_PATH}
   */
  public static long utimensat(int dirFd, long path, long times, int flags) {
    return Syscall.call(SyscallNumber.UTIMENSAT, dirFd, path, times, flags);
  }

  /**
   * Sets an extended attribute, following links: {@code /proc/self/fd/<n>} reaches an O_PATH
   * descriptor, also of a link.
   *
   * @param name address of a NUL-terminated name with its namespace
   * @param value address of {@code length} bytes
   * @param flags {@code XATTR_CREATE} (1), {@code XATTR_REPLACE} (2), or 0
   */
  public static long setxattr(long path, long name, long value, long length, int flags) {
    return Syscall.call(SyscallNumber.SETXATTR, path, name, value, length, flags);
  }

  /**
   * Reads an extended attribute, following links as {@link #setxattr}.
   *
   * @param room bytes at {@code value}; 0 to learn how many there are
   * @return bytes of the value; {@code -ENODATA}: there is none, {@code -ERANGE}: no room
   */
  public static long getxattr(long path, long name, long value, long room) {
    return Syscall.call(SyscallNumber.GETXATTR, path, name, value, room);
  }

  /**
   * Lists the names of extended attributes, each with its NUL, following links.
   *
   * @param room bytes at {@code names}; 0 to learn how many there are
   */
  public static long listxattr(long path, long names, long room) {
    return Syscall.call(SyscallNumber.LISTXATTR, path, names, room);
  }

  /** Removes an extended attribute, following links. */
  public static long removexattr(long path, long name) {
    return Syscall.call(SyscallNumber.REMOVEXATTR, path, name);
  }

  // ---- data --------------------------------------------------------------------------------

  /** Reads at {@code offset}; fewer bytes than asked for are a success, 0 is the end. */
  public static long pread(int fd, long address, long length, long offset) {
    return Syscall.call(SyscallNumber.PREAD64, fd, address, length, offset);
  }

  /**
   * Reads at {@code offset} with {@code RWF_*} flags; fewer bytes than asked for are a success.
   *
   * @param vector address of {@code count} times {@code struct iovec}: address, u64 length
   */
  public static long preadv2(int fd, long vector, int count, long offset, int flags) {
    return Syscall.call(SyscallNumber.PREADV2, fd, vector, count, offset, 0, flags);
  }

  /** Writes at {@code offset} (at the end with {@code O_APPEND}); may write fewer bytes. */
  public static long pwrite(int fd, long address, long length, long offset) {
    return Syscall.call(SyscallNumber.PWRITE64, fd, address, length, offset);
  }

  /**
   * Writes at {@code offset} with {@code RWF_*} flags; may write fewer bytes.
   *
   * @param vector address of {@code count} times {@code struct iovec}: address, u64 length
   */
  public static long pwritev2(int fd, long vector, int count, long offset, int flags) {
    return Syscall.call(SyscallNumber.PWRITEV2, fd, vector, count, offset, 0, flags);
  }

  /** Moves the file position, or finds data and holes; {@code whence} is {@code SEEK_*}. */
  public static long lseek(int fd, long offset, int whence) {
    return Syscall.call(SyscallNumber.LSEEK, fd, offset, whence);
  }

  /**
   * Reserves, frees or zeroes a part of a file.
   *
   * @param mode {@code FALLOC_FL_*}
   */
  public static long fallocate(int fd, int mode, long offset, long length) {
    return Syscall.call(SyscallNumber.FALLOCATE, fd, mode, offset, length);
  }

  /**
   * Copies between files of one file system, without moving data through this process.
   *
   * @param fromOffset address of a u64, which moves on; so {@code toOffset}
   * @return bytes copied, 0 at the end
   */
  public static long copyFileRange(int from, long fromOffset, int to, long toOffset, long length) {
    return Syscall.call(SyscallNumber.COPY_FILE_RANGE, from, fromOffset, to, toOffset, length, 0);
  }

  /**
   * Says how a part of a file will be used.
   *
   * @param length 0 for all from {@code offset} on
   * @param advice {@code POSIX_FADV_*}
   */
  public static long fadvise(int fd, long offset, long length, int advice) {
    return Syscall.call(SyscallNumber.FADVISE64, fd, offset, length, advice);
  }

  /**
   * Locks an open file against other openings, or unlocks it; the lock ends with the last
   * descriptor of this opening.
   *
   * @param operation {@code LOCK_*}
   */
  public static long flock(int fd, int operation) {
    return Syscall.call(SyscallNumber.FLOCK, fd, operation);
  }

  /** Waits until data and attributes are stable. */
  public static long fsync(int fd) {
    return Syscall.call(SyscallNumber.FSYNC, fd);
  }

  /** Waits until data, and what is needed to read them back, are stable. */
  public static long fdatasync(int fd) {
    return Syscall.call(SyscallNumber.FDATASYNC, fd);
  }

  /** Waits until the whole file system of {@code fd} is stable. */
  public static long syncfs(int fd) {
    return Syscall.call(SyscallNumber.SYNCFS, fd);
  }

  // ---- directories and names ---------------------------------------------------------------

  /**
   * Reads directory entries from the position of {@code fd}.
   *
   * <p>Each is {@code struct linux_dirent64}: u64 inode at 0, s64 next position at 8, u16 record
   * length at 16, u8 type at 18, name with NUL from 19.
   *
   * @return bytes filled, 0 at the end, {@code -EINVAL} when not even one entry fits
   */
  public static long getdents64(int fd, long address, long length) {
    return Syscall.call(SyscallNumber.GETDENTS64, fd, address, length);
  }

  /** Makes a directory; the umask applies. */
  public static long mkdirat(int dirFd, long path, int mode) {
    return Syscall.call(SyscallNumber.MKDIRAT, dirFd, path, mode);
  }

  /**
   * Makes a file, socket, pipe or device.
   *
   * @param mode type and permissions; the umask applies
   * @param device {@code dev_t} as the call encodes it: bits 8-19 major, 0-7 and 20-31 minor
   */
  public static long mknodat(int dirFd, long path, int mode, int device) {
    return Syscall.call(SyscallNumber.MKNODAT, dirFd, path, mode, Integer.toUnsignedLong(device));
  }

  /** Makes the symbolic link {@code path} that says {@code target}; both are addresses. */
  public static long symlinkat(long target, int dirFd, long path) {
    return Syscall.call(SyscallNumber.SYMLINKAT, target, dirFd, path);
  }

  /** Removes a name; a directory with {@code AT_REMOVEDIR}. */
  public static long unlinkat(int dirFd, long path, int flags) {
    return Syscall.call(SyscallNumber.UNLINKAT, dirFd, path, flags);
  }

  /** Renames; {@code flags} are {@code RENAME_*}. */
  public static long renameat2(int fromFd, long from, int toFd, long to, int flags) {
    return Syscall.call(SyscallNumber.RENAMEAT2, fromFd, from, toFd, to, flags);
  }

  /** Makes a hard link; {@code flags} are {@code AT_SYMLINK_FOLLOW}, {@code AT_EMPTY_PATH}. */
  public static long linkat(int fromFd, long from, int toFd, long to, int flags) {
    return Syscall.call(SyscallNumber.LINKAT, fromFd, from, toFd, to, flags);
  }

  /** Reads a symbolic link, without a NUL; an empty path means {@code dirFd} itself. */
  public static long readlinkat(int dirFd, long path, long address, long length) {
    return Syscall.call(SyscallNumber.READLINKAT, dirFd, path, address, length);
  }

  // ---- set-up level ------------------------------------------------------------------------

  /**
   * Opens an existing file for the caller, who must {@link #close} it; {@code O_CLOEXEC} is added.
   *
   * @throws LinuxException {@code open} with the path, retried after {@code EINTR}
   */
  public static int open(Path path, int flags) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long name = NativeString.address(arena, path);
      long result;
      do {
        result = openat(FileFlags.AT_FDCWD, name, flags | FileFlags.O_CLOEXEC, 0);
      } while (result == -Errno.EINTR);
      return (int) LinuxException.check(result, "open", path.toString());
    }
  }

  /**
   * Opens an existing file in the tree under {@code dirFd}; {@code O_CLOEXEC} is added. Neither
   * {@code ..} nor a symbolic link can lead out of the tree.
   *
   * @throws LinuxException {@code openat2}: {@code EXDEV} for a path that leaves the tree, {@code
   *     ELOOP} for a {@code /proc} link; {@code EAGAIN} (a concurrent rename) and {@code EINTR}
   *     only after {@value #OPENAT2_ATTEMPTS} attempts
   */
  public static int openBeneath(int dirFd, String path, int flags) throws LinuxException {
    return openBeneath(dirFd, path, flags, 0, FileFlags.RESOLVE_BENEATH);
  }

  /**
   * As the other, and may create the file.
   *
   * @param mode must be 0 unless {@code flags} creates a file
   * @param resolve {@code RESOLVE_*}
   */
  public static int openBeneath(int dirFd, String path, int flags, int mode, int resolve)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long name = NativeString.address(arena, path);
      long how = arena.allocate(OPEN_HOW_SIZE, Long.BYTES).address();
      fillOpenHow(how, flags | FileFlags.O_CLOEXEC, mode, resolve);
      long result = -Errno.EAGAIN;
      for (int i = 0;
          i < OPENAT2_ATTEMPTS && (result == -Errno.EAGAIN || result == -Errno.EINTR);
          i++) {
        result = openat2(dirFd, name, how);
      }
      return (int) LinuxException.check(result, "openat2", path);
    }
  }
}
