package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;

/**
 * Takes set-user-id and set-group-id from files whose content or owner changes. The backend's
 * kernel does not when root writes, and the daemon is root; it does remove file capabilities.
 */
final class Privileges {
  private static final int WANTED = FileFlags.STATX_TYPE | FileFlags.STATX_MODE;

  private Privileges() {}

  /**
   * Clears set-user-id, and set-group-id where the group may execute (elsewhere it means mandatory
   * locking), of a regular file. Overwrites the attributes in the scratch.
   *
   * @param fd any descriptor of the file, O_PATH will do
   * @return 0, or a negative error number
   */
  static long clear(int fd, Scratch scratch) {
    long result = FileOps.fstatx(fd, WANTED, scratch.statx);
    if (result < 0 || scratch.type() != FileFlags.S_IFREG) {
      return result;
    }
    int mode = scratch.mode() & FileFlags.PERMISSIONS;
    int cleared = mode & ~FileFlags.S_ISUID;
    if ((mode & FileFlags.S_IXGRP) != 0) {
      cleared &= ~FileFlags.S_ISGID;
    }
    return cleared == mode ? 0 : FileOps.chmod(scratch.pathOf(fd), cleared);
  }
}
