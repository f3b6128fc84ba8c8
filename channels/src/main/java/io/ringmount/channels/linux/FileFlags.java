package io.ringmount.channels.linux;

/**
 * Flags and mode bits of the file calls, with their x86-64 values ({@code
 * include/uapi/asm-generic/fcntl.h}, {@code include/uapi/linux/{fcntl,stat,openat2,fs}.h}).
 */
public final class FileFlags {
  // open(2)
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;

  /** Mask of the three access modes. */
  public static final int O_ACCMODE = 3;

  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_NOCTTY = 0x100;
  public static final int O_TRUNC = 0x200;
  public static final int O_APPEND = 0x400;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_DSYNC = 0x1000;
  public static final int O_DIRECT = 0x4000;
  public static final int O_DIRECTORY = 0x10000;
  public static final int O_NOFOLLOW = 0x20000;
  public static final int O_NOATIME = 0x40000;
  public static final int O_CLOEXEC = 0x80000;

  /** Includes the bits of {@link #O_DSYNC}. */
  public static final int O_SYNC = 0x101000;

  public static final int O_PATH = 0x200000;

  /** Includes the bit of {@link #O_DIRECTORY}, as the kernel demands. */
  public static final int O_TMPFILE = 0x410000;

  // *at calls
  /** In place of a directory descriptor: the working directory. */
  public static final int AT_FDCWD = -100;

  public static final int AT_SYMLINK_NOFOLLOW = 0x100;
  public static final int AT_REMOVEDIR = 0x200;
  public static final int AT_SYMLINK_FOLLOW = 0x400;
  public static final int AT_NO_AUTOMOUNT = 0x800;

  /** An empty path names the directory descriptor itself. */
  public static final int AT_EMPTY_PATH = 0x1000;

  /** {@code statx}: ask the server of a network file system. */
  public static final int AT_STATX_FORCE_SYNC = 0x2000;

  /** {@code statx}: cached attributes will do. */
  public static final int AT_STATX_DONT_SYNC = 0x4000;

  /** flock(2), {@code include/uapi/asm-generic/fcntl.h}: nobody else has a lock. */
  public static final int LOCK_EX = 2;

  /** flock(2): fails with EWOULDBLOCK instead of waiting. */
  public static final int LOCK_NB = 4;

  // openat2(2)
  /** Fails with {@code EXDEV} at a mount point. */
  public static final int RESOLVE_NO_XDEV = 1;

  /** Fails with {@code ELOOP} at a {@code /proc} link. */
  public static final int RESOLVE_NO_MAGICLINKS = 2;

  /** Fails with {@code ELOOP} at any symbolic link. */
  public static final int RESOLVE_NO_SYMLINKS = 4;

  /** Fails with {@code EXDEV} where the path would leave the directory descriptor's tree. */
  public static final int RESOLVE_BENEATH = 8;

  // st_mode
  public static final int S_IFMT = 0xf000;
  public static final int S_IFIFO = 0x1000;
  public static final int S_IFCHR = 0x2000;
  public static final int S_IFDIR = 0x4000;
  public static final int S_IFBLK = 0x6000;
  public static final int S_IFREG = 0x8000;
  public static final int S_IFLNK = 0xa000;
  public static final int S_IFSOCK = 0xc000;

  /** Set-user-id bit, octal 4000. */
  public static final int S_ISUID = 0x800;

  /** Set-group-id bit, octal 2000. */
  public static final int S_ISGID = 0x400;

  /** Sticky bit, octal 1000. */
  public static final int S_ISVTX = 0x200;

  /** Group may execute, octal 10. */
  public static final int S_IXGRP = 8;

  /** Mask of the permission bits with set-id and sticky, octal 7777. */
  public static final int PERMISSIONS = 0xfff;

  // statx(2) masks
  public static final int STATX_TYPE = 0x1;
  public static final int STATX_MODE = 0x2;
  public static final int STATX_NLINK = 0x4;
  public static final int STATX_UID = 0x8;
  public static final int STATX_GID = 0x10;
  public static final int STATX_ATIME = 0x20;
  public static final int STATX_MTIME = 0x40;
  public static final int STATX_CTIME = 0x80;
  public static final int STATX_INO = 0x100;
  public static final int STATX_SIZE = 0x200;
  public static final int STATX_BLOCKS = 0x400;

  /** Everything in the old {@code struct stat}. */
  public static final int STATX_BASIC_STATS = 0x7ff;

  public static final int STATX_BTIME = 0x800;

  /** {@code stx_attributes}: the root of a mount. */
  public static final long STATX_ATTR_MOUNT_ROOT = 0x2000;

  // utimensat(2), in tv_nsec
  /** Set to the present time. */
  public static final long UTIME_NOW = 0x3fffffff;

  /** Leave as it is. */
  public static final long UTIME_OMIT = 0x3ffffffe;

  // renameat2(2)
  public static final int RENAME_NOREPLACE = 1;
  public static final int RENAME_EXCHANGE = 2;
  public static final int RENAME_WHITEOUT = 4;

  // pwritev2(2)
  /** Fail with EAGAIN rather than wait for a device; EOPNOTSUPP where that cannot be told. */
  public static final int RWF_NOWAIT = 0x08;

  /** Write at the offset given also where {@code O_APPEND} says otherwise (Linux 6.9). */
  public static final int RWF_NOAPPEND = 0x20;

  // posix_fadvise(2)
  /** Drop from the page cache what is there and clean. */
  public static final int POSIX_FADV_DONTNEED = 4;

  // d_type of getdents64(2)
  public static final int DT_UNKNOWN = 0;
  public static final int DT_FIFO = 1;
  public static final int DT_CHR = 2;
  public static final int DT_DIR = 4;
  public static final int DT_BLK = 6;
  public static final int DT_REG = 8;
  public static final int DT_LNK = 10;
  public static final int DT_SOCK = 12;

  // lseek(2)
  public static final int SEEK_SET = 0;
  public static final int SEEK_CUR = 1;
  public static final int SEEK_END = 2;
  public static final int SEEK_DATA = 3;
  public static final int SEEK_HOLE = 4;

  private FileFlags() {}

  /** The {@code d_type} of a mode's file type. */
  public static int directoryEntryType(int mode) {
    return (mode & S_IFMT) >>> 12;
  }
}
