package io.ringmount.daemon.fs;

/**
 * Layout of what an operation that must not be carried out twice leaves in its request's memory
 * before it acts ({@link io.ringmount.channels.Request#journal}).
 *
 * <pre>
 *  0    u64 kind, one of those below; written last, so that the rest is whole
 *  8    s64 outcome of the system call: 0 not known, 1 or more success, below 0 -errno
 *  16   u64 device, u64 inode number of what is removed or renamed; 0 when there was nothing
 *  32   u64 handle number that is about to be given out
 *  40   u64 size of a file before something is appended
 *  48   u64 milliseconds since 1970 before something is made
 * </pre>
 */
final class JournalLayout {
  static final int KIND = 0;
  static final int OUTCOME = 8;
  static final int DEVICE = 16;
  static final int INODE = 24;
  static final int HANDLE = 32;
  static final int SIZE = 40;
  static final int TIME = 48;

  /** MKDIR, MKNOD, SYMLINK. */
  static final int MAKE = 1;

  static final int CREATE = 2;
  static final int LINK = 3;

  /** UNLINK, RMDIR. */
  static final int REMOVE = 4;

  static final int RENAME = 5;

  /** OPEN, OPENDIR. */
  static final int OPEN = 6;

  /** WRITE to the end of a file. */
  static final int APPEND = 7;

  static final int SETXATTR = 8;
  static final int REMOVEXATTR = 9;
  static final int TMPFILE = 10;

  private JournalLayout() {}
}
