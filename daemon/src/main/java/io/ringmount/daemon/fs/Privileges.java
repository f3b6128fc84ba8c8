package io.ringmount.daemon.fs;

import io.ringmount.channels.Request;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.Statx;

/**
 * Takes set-user-id and set-group-id from files whose content changes, as Linux does when who
 * changes it has not CAP_FSETID ({@code fs/attr.c}, {@code setattr_should_drop_suidgid}). The
 * backend's kernel does not when root writes, and the daemon is root; it does remove file
 * capabilities, and what a change of owner takes.
 */
final class Privileges {
  private static final int WANTED =
      FileFlags.STATX_TYPE | FileFlags.STATX_MODE | FileFlags.STATX_GID;

  private Privileges() {}

  /**
   * Clears set-user-id of a regular file, and set-group-id where the group may execute or the
   * caller is not of the group. Overwrites the attributes in the scratch.
   *
   * @param fd any descriptor of the file, O_PATH will do
   * @return 0, or a negative error number
   */
  static long clear(Request request, int fd, Scratch scratch) {
    long result = FileOps.fstatx(fd, WANTED, scratch.statx);
    if (result < 0 || scratch.type() != FileFlags.S_IFREG) {
      return result;
    }
    int mode = scratch.mode() & FileFlags.PERMISSIONS;
    int cleared = mode & ~FileFlags.S_ISUID;
    if ((mode & FileFlags.S_ISGID) != 0
        && ((mode & FileFlags.S_IXGRP) != 0
            || !isMember(request, Statx.gid(scratch.statx), scratch))) {
      cleared &= ~FileFlags.S_ISGID;
    }
    return cleared == mode ? 0 : FileOps.chmod(scratch.pathOf(fd), cleared);
  }

  /**
   * As {@link #clear}, where the kernel leaves it to the file system whether the caller may not.
   */
  static long clearUnlessRoot(Request request, int fd, Scratch scratch) {
    return request.uid() == 0 ? 0 : clear(request, fd, scratch);
  }

  /**
   * Clears set-group-id where the caller is not of the group, as Linux does when an access control
   * list is set ({@code fs/posix_acl.c}, {@code posix_acl_update_mode}). Overwrites the attributes
   * in the scratch.
   *
   * @return 0, or a negative error number
   */
  static long clearSetGroupIdUnlessMember(Request request, int fd, Scratch scratch) {
    long result = FileOps.fstatx(fd, WANTED, scratch.statx);
    if (result < 0) {
      return result;
    }
    int mode = scratch.mode() & FileFlags.PERMISSIONS;
    if ((mode & FileFlags.S_ISGID) == 0 || isMember(request, Statx.gid(scratch.statx), scratch)) {
      return 0;
    }
    return FileOps.chmod(scratch.pathOf(fd), mode & ~FileFlags.S_ISGID);
  }

  private static boolean isMember(Request request, int group, Scratch scratch) {
    if (request.uid() == 0 || request.gid() == group) {
      return true;
    }
    int count = CallerGroups.read(request, scratch);
    for (int i = 0; i < count; i++) {
      if (Memory.getInt(CallerGroups.address(scratch) + (long) i * Integer.BYTES) == group) {
        return true;
      }
    }
    return false;
  }
}
