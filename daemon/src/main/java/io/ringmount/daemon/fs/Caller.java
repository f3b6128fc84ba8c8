package io.ringmount.daemon.fs;

import io.ringmount.channels.Request;
import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.ProcessControl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * Makes files in the name of the caller of a request, so that the backend gives them to the right
 * owner, with the caller's umask, and checks the owner's rights.
 *
 * <p>The file system ids, supplementary groups and umask are the calling thread's own; other
 * channels do not notice. This process's groups are never lent to a caller. The caller's are not
 * part of a request: they are read only when the backend refuses without them.
 */
final class Caller {
  /** For {@link Credentials#setFsUid}: change nothing, tell the present one. */
  private static final int TELL = -1;

  private final int ownUid = Credentials.setFsUid(TELL);
  private final int ownGid = Credentials.setFsGid(TELL);
  private final int ownGroupCount = (int) Math.max(0, Credentials.groups(0, 0));
  private final MemorySegment ownGroups =
      Arena.ofAuto().allocate((long) Integer.BYTES * Math.max(1, ownGroupCount), Integer.BYTES);

  /**
   * @throws LinuxException a thread may not have a umask of its own
   */
  Caller() throws LinuxException {
    // Nobody is surprised by that later: the threads that make files do it again, for themselves.
    LinuxException.check(ProcessControl.unshareUmask(), "unshare", "the umask");
    Credentials.groups(ownGroupCount, ownGroups.address());
  }

  /**
   * Runs a system call as the caller.
   *
   * @param call may run twice, the second time after -EACCES
   * @return the call's result; -EPERM when this process may not act as the caller, -EINTR when the
   *     caller does not wait any more
   */
  long run(Request request, Scratch scratch, LongSupplier call) {
    long result = scratch.umask(request.umask());
    if (result < 0) {
      return result;
    }
    if (request.uid() == ownUid && request.gid() == ownGid) {
      return call.getAsLong();
    }
    result = run(request, 0, 0, call);
    if (result == -Errno.EACCES) {
      int count = CallerGroups.read(request, scratch);
      if (count < 0) {
        return count;
      }
      if (count > 0) {
        result = run(request, count, CallerGroups.address(scratch), call);
      }
    }
    return result;
  }

  private long run(Request request, int groupCount, long groups, LongSupplier call) {
    boolean otherGroups = groupCount > 0 || ownGroupCount > 0;
    if (otherGroups && Credentials.setGroups(groupCount, groups) < 0) {
      return -Errno.EPERM;
    }
    try {
      // The group first and back last: leaving user 0 may take the right to change groups.
      return assumeGid(request.gid()) && assumeUid(request.uid()) ? call.getAsLong() : -Errno.EPERM;
    } finally {
      Credentials.setFsUid(ownUid);
      Credentials.setFsGid(ownGid);
      if (otherGroups) {
        Credentials.setGroups(ownGroupCount, ownGroups.address());
      }
    }
  }

  private boolean assumeUid(int uid) {
    if (uid == ownUid) {
      return true;
    }
    Credentials.setFsUid(uid);
    return Credentials.setFsUid(TELL) == uid;
  }

  private boolean assumeGid(int gid) {
    if (gid == ownGid) {
      return true;
    }
    Credentials.setFsGid(gid);
    return Credentials.setFsGid(TELL) == gid;
  }
}
