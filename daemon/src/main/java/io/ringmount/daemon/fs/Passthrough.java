package io.ringmount.daemon.fs;

import io.ringmount.channels.BackingFiles;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Statx;
import io.ringmount.daemon.cache.CopyReads;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel read and write regular files by itself: those of the source, or copies of them.
 *
 * <p>All who have a file open have it open in one way, which the first one's opening decides: the
 * kernel wants that. The number of the backing file is in the node's record and is the same for all
 * of them, in this process and in those after it; it goes with the last handle. A process that dies
 * between having one and noting it leaves a reference to the file until the mount ends.
 *
 * <p>Numbers come and go only while no other process may open or close files of the mount: in
 * between, who opens a file does it as those who have it open.
 *
 * <p>Of the source's files not those with set-user-id or set-group-id: root may write them and they
 * keep it, which nobody may through a backing file.
 *
 * <p>The monitor of the {@link Inode} is held around each method that is given one, and around what
 * changes its handles.
 */
final class Passthrough {
  private static final Logger LOG = LoggerFactory.getLogger(Passthrough.class);

  /** What a write may take from a file. */
  static final int SET_ID = FileFlags.S_ISUID | FileFlags.S_ISGID;

  private static final int ROOT = 0;

  private final PassedThrough what;

  /** Read by who registers and unregisters, written by who ends or begins that. */
  private final ReentrantReadWriteLock sole = new ReentrantReadWriteLock();

  private boolean alone = true;

  /** Whether files are registered. */
  private volatile boolean wanted;

  /** Null where the mount has none. */
  private volatile BackingFiles kernel;

  /**
   * @param what of files that are not yet open
   */
  Passthrough(PassedThrough what) {
    this.what = what;
    this.wanted = what != PassedThrough.NONE;
  }

  /** What the mount has; before any operation. */
  void agreed(BackingFiles backingFiles) {
    kernel = backingFiles;
  }

  /** Whether no other process opens or closes files of the mount, from when this returns. */
  void alone(boolean nowAlone) {
    sole.writeLock().lock();
    try {
      alone = nowAlone;
    } finally {
      sole.writeLock().unlock();
    }
  }

  /**
   * Decides how a file is opened, before it has the handle.
   *
   * @param copy of the file; null: there is none
   * @param user who opens it
   * @return the number of the backing file; 0: it is read and written through this process; -ESTALE
   *     when those who have it open read a copy of what it was before, so that it must become
   *     another node
   */
  int opening(Inode inode, CopyReads copy, int user, Scratch scratch) {
    if (kernel == null) {
      return 0;
    }
    sole.readLock().lock();
    try {
      int id = inode.backing();
      if (id < 0 && alone) {
        finish(inode, id);
      }
      if (id > 0) {
        boolean old = what == PassedThrough.COPIES && (copy == null || !copy.isBacking(id));
        return old ? -Errno.ESTALE : id;
      }
      return wanted && alone && !inode.isOpen() ? register(inode, copy, user, scratch) : 0;
    } finally {
      sole.readLock().unlock();
    }
  }

  private int register(Inode inode, CopyReads copy, int user, Scratch scratch) {
    int id = what == PassedThrough.COPIES ? openCopy(copy) : openSource(inode, user, scratch);
    if (id > 0) {
      inode.backing(id);
      return id;
    }
    if (id == -Errno.EPERM) {
      wanted = false;
      LOG.info("no kernel passthrough: {}", Errno.describe(-id));
    }
    return 0;
  }

  private int openCopy(CopyReads copy) {
    if (copy == null || !copy.isComplete()) {
      return 0;
    }
    int id = kernel.open(copy.descriptor(), ROOT);
    if (id > 0) {
      copy.backing(id);
    }
    return id;
  }

  private int openSource(Inode inode, int user, Scratch scratch) {
    int fd = inode.acquire(scratch);
    if (fd < 0) {
      return 0;
    }
    try {
      long known = FileOps.fstatx(fd, FileFlags.STATX_MODE, scratch.statx);
      boolean fit = known >= 0 && (Statx.mode(scratch.statx) & SET_ID) == 0;
      return fit ? kernel.open(fd, user) : 0;
    } finally {
      inode.release(fd);
    }
  }

  /** A handle has ended. */
  void closed(Inode inode) {
    if (kernel == null || inode.isOpen()) {
      return;
    }
    sole.readLock().lock();
    try {
      int id = inode.backing();
      if (id != 0 && alone) {
        finish(inode, id);
      }
    } finally {
      sole.readLock().unlock();
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
