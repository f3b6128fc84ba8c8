package io.ringmount.daemon.fs;

import io.ringmount.channels.BackingFiles;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Statx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel read and write regular files of a local backend by itself.
 *
 * <p>All who have a file open have it open in one way, which the first one's opening decides: the
 * kernel wants that. The number of the backing file is in the node's record and is the same for all
 * of them, in this process and in those after it; it goes with the last handle. A process that dies
 * between having one and noting it leaves a reference to the file until the mount ends.
 *
 * <p>Not for files with set-user-id or set-group-id: root may write them and they keep it, which
 * nobody may through a backing file. And not where operations go on after their channel has left:
 * one process at a time opens and closes.
 *
 * <p>The monitor of the {@link Inode} is held around each method that is given one, and around what
 * changes its handles.
 */
final class Passthrough {
  private static final Logger LOG = LoggerFactory.getLogger(Passthrough.class);

  /** What a write may take from a file. */
  static final int SET_ID = FileFlags.S_ISUID | FileFlags.S_ISGID;

  private volatile boolean wanted;

  /** Null where the mount has none. */
  private volatile BackingFiles kernel;

  /**
   * @param wanted whether files are opened so that are not yet open
   */
  Passthrough(boolean wanted) {
    this.wanted = wanted;
  }

  /** What the mount has; before any operation. */
  void agreed(BackingFiles backingFiles) {
    kernel = backingFiles;
  }

  /**
   * Decides how a file is opened, before it has the handle.
   *
   * @param user who opens it
   * @return the number of the backing file, or 0: it is read and written through this process
   */
  int opening(Inode inode, int user, Scratch scratch) {
    if (kernel == null) {
      return 0;
    }
    int id = inode.backing();
    if (id < 0) {
      finish(inode, id);
      id = 0;
    }
    return id != 0 || inode.isOpen() || !wanted ? id : register(inode, user, scratch);
  }

  private int register(Inode inode, int user, Scratch scratch) {
    int fd = inode.acquire(scratch);
    if (fd < 0) {
      return 0;
    }
    try {
      long known = FileOps.fstatx(fd, FileFlags.STATX_MODE, scratch.statx);
      if (known < 0 || (Statx.mode(scratch.statx) & SET_ID) != 0) {
        return 0;
      }
      int id = kernel.open(fd, user);
      if (id > 0) {
        inode.backing(id);
        return id;
      }
      if (id == -Errno.EPERM) {
        wanted = false;
        LOG.info("no kernel passthrough: {}", Errno.describe(-id));
      }
      return 0;
    } finally {
      inode.release(fd);
    }
  }

  /** A handle has ended. */
  void closed(Inode inode) {
    if (kernel == null || inode.isOpen()) {
      return;
    }
    int id = inode.backing();
    if (id != 0) {
      finish(inode, id);
    }
  }

  /** Noted before and after: who takes over in between closes it again, which does no harm. */
  private void finish(Inode inode, int id) {
    int number = Math.abs(id);
    inode.backing(-number);
    kernel.close(number);
    inode.backing(0);
  }
}
