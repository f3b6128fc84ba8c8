package io.ringmount.daemon.fs;

import io.ringmount.channels.Request;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.wire.SetattrIn;
import io.ringmount.channels.wire.SetattrValid;

/**
 * Applies a SETATTR: size, owner, mode, times, in this order, since a change of size sets the times
 * and one of the owner clears bits of the mode. It stops at the first step that fails.
 *
 * <p>O_PATH descriptors are good for owner and times (AT_EMPTY_PATH); mode and size need a path,
 * which {@link Scratch#pathOf} gives.
 */
final class AttributeChange {
  private static final int OWNER = SetattrValid.UID | SetattrValid.GID;
  private static final int TIMES = SetattrValid.ACCESS_TIME | SetattrValid.MODIFICATION_TIME;

  /** For fchownat: leave as it is. */
  private static final int SAME = -1;

  private AttributeChange() {}

  /**
   * Applies what {@code change} names.
   *
   * @param fd of the file
   * @param open whether {@code fd} is open for reading or writing, not O_PATH
   * @param type type bits of the file's mode
   * @return 0, or the negative error number of the step that failed
   */
  static long apply(
      Request request, int fd, boolean open, int type, SetattrIn change, Scratch scratch) {
    int valid = change.valid();
    long result = 0;
    if ((valid & SetattrValid.SIZE) != 0) {
      result =
          open
              ? FileOps.ftruncate(fd, change.size())
              : FileOps.truncate(scratch.pathOf(fd), change.size());
    }
    if (result >= 0 && (valid & OWNER) != 0) {
      result = owner(fd, valid, change);
    }
    if (result >= 0 && (valid & SetattrValid.KILL_SUIDGID) != 0) {
      result = Privileges.clear(request, fd, scratch);
    }
    if (result >= 0 && (valid & SetattrValid.MODE) != 0) {
      // Linux gives symbolic links no mode; some file systems would keep one nevertheless.
      result =
          type == FileFlags.S_IFLNK
              ? -Errno.EOPNOTSUPP
              : FileOps.chmod(scratch.pathOf(fd), change.mode() & FileFlags.PERMISSIONS);
    }
    if (result >= 0 && (valid & TIMES) != 0) {
      result = times(fd, valid, change, scratch);
    }
    return result;
  }

  private static long owner(int fd, int valid, SetattrIn change) {
    return FileOps.fchownat(
        fd,
        FileOps.EMPTY_PATH,
        (valid & SetattrValid.UID) != 0 ? change.uid() : SAME,
        (valid & SetattrValid.GID) != 0 ? change.gid() : SAME,
        FileFlags.AT_EMPTY_PATH);
  }

  private static long times(int fd, int valid, SetattrIn change, Scratch scratch) {
    long times =
        scratch.times(
            change.accessTimeSeconds(),
            nanos(
                valid,
                SetattrValid.ACCESS_TIME,
                SetattrValid.ACCESS_TIME_NOW,
                change.accessTimeNanos()),
            change.modificationTimeSeconds(),
            nanos(
                valid,
                SetattrValid.MODIFICATION_TIME,
                SetattrValid.MODIFICATION_TIME_NOW,
                change.modificationTimeNanos()));
    return FileOps.utimensat(fd, FileOps.EMPTY_PATH, times, FileFlags.AT_EMPTY_PATH);
  }

  private static long nanos(int valid, int set, int now, int nanos) {
    if ((valid & set) == 0) {
      return FileFlags.UTIME_OMIT;
    }
    return (valid & now) != 0 ? FileFlags.UTIME_NOW : nanos;
  }
}
