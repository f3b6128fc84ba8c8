package io.ringmount.daemon.fs;

import io.ringmount.channels.BackendFile;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.daemon.cache.CopyReads;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.IntToLongFunction;

/**
 * An open file or directory, as the kernel knows it by its handle. One that an earlier process had
 * opened is opened again when it is first used.
 *
 * <p>As with {@link Inode}, the descriptor is closed by whoever takes {@code users} to 0: being
 * open counts one, each operation another, so a release never closes it under an operation.
 */
final class OpenFile extends BackendFile {
  /** Stands for a handle that is not known: every use of it is EBADF. */
  static final OpenFile UNKNOWN = unknown();

  /** No position: the next listing has to seek. */
  static final long NOWHERE = Long.MIN_VALUE;

  /** What has been done when a file is opened again. */
  private static final int ONCE = FileFlags.O_CREAT | FileFlags.O_EXCL | FileFlags.O_TRUNC;

  private static final AtomicIntegerFieldUpdater<OpenFile> USERS =
      AtomicIntegerFieldUpdater.newUpdater(OpenFile.class, "users");

  private static final VarHandle EARLIER = earlier();

  private final Inode inode;
  private final int flags;
  private volatile int descriptor;
  private volatile int users = 1;

  /** Of the content at the opening, until the kernel is known to have dropped other pages. */
  private volatile long version = ContentVersion.UNKNOWN;

  /** Set once at most. */
  private volatile CopyReads copy;

  private volatile boolean openedEarlier;

  /** Where the stream of a directory stands, as a cookie; guarded by this object's monitor. */
  private long position;

  /**
   * @param descriptor owned by this object from now on; {@link Inode#NO_DESCRIPTOR}: to be opened
   * @param flags of open(2) that the backend has it open with
   */
  OpenFile(Inode inode, int descriptor, int flags) {
    this.inode = inode;
    this.descriptor = descriptor;
    this.flags = flags;
    this.openedEarlier = descriptor == Inode.NO_DESCRIPTOR;
  }

  private static VarHandle earlier() {
    try {
      return MethodHandles.lookup().findVarHandle(OpenFile.class, "openedEarlier", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static OpenFile unknown() {
    OpenFile unknown = new OpenFile(Inode.UNKNOWN, Inode.NO_DESCRIPTOR, 0);
    unknown.users = 0;
    return unknown;
  }

  Inode inode() {
    return inode;
  }

  @Override
  public int descriptor() {
    return descriptor;
  }

  @Override
  public boolean neverWaits() {
    return inode.device().isMemory();
  }

  @Override
  public boolean readsWait() {
    return (flags & FileFlags.O_DIRECT) != 0;
  }

  @Override
  public boolean writesWait() {
    return (flags & FileFlags.O_DSYNC) != 0;
  }

  int flags() {
    return flags;
  }

  boolean writes() {
    return (flags & FileFlags.O_ACCMODE) != FileFlags.O_RDONLY;
  }

  /** Whether every write goes to the end of the file. */
  boolean appends() {
    return (flags & FileFlags.O_APPEND) != 0;
  }

  // ---- its copy in the cache -------------------------------------------------------------------

  /** What reads it; null when it has no copy. */
  CopyReads copy() {
    return copy;
  }

  /** Gives it what reads it, closed with this. The caller has a use of this. */
  void copy(CopyReads reads) {
    copy = reads;
  }

  /** Whether another process opened it, and nobody has asked for its copy; true once. */
  boolean takeEarlier() {
    return openedEarlier && (boolean) EARLIER.compareAndSet(this, true, false);
  }

  // ---- what it had when it was opened ----------------------------------------------------------

  /** Says which version it had when it was opened; before the kernel is answered. */
  void opened(long contentVersion) {
    version = contentVersion;
  }

  /**
   * The kernel reads a page through it: so it has finished opening it, and before that let go of
   * the pages it was not told to keep. An opening that fails there still ends with a release, which
   * therefore says nothing.
   */
  void readByKernel() {
    long confirmed = version;
    if (confirmed != ContentVersion.UNKNOWN) {
      inode.cached(confirmed);
      version = ContentVersion.UNKNOWN;
    }
  }

  long position() {
    return position;
  }

  void position(long cookie) {
    position = cookie;
  }

  /** The descriptor, good until {@link #release}; -EBADF when the file is closed. */
  int acquire() {
    while (true) {
      int count = users;
      if (count == 0) {
        return -Errno.EBADF;
      }
      if (USERS.compareAndSet(this, count, count + 1)) {
        int fd = descriptor;
        return fd == Inode.NO_DESCRIPTOR ? reopen() : fd;
      }
    }
  }

  /** Opens the file; ends the caller's use when that fails. */
  private synchronized int reopen() {
    if (descriptor == Inode.NO_DESCRIPTOR) {
      int fd = inode.open(flags & ~ONCE, Scratch.get());
      if (fd < 0) {
        release();
        return fd;
      }
      descriptor = fd;
    }
    return descriptor;
  }

  /** As {@link Inode#apply}, with the descriptor that is open. */
  long apply(IntToLongFunction call) {
    int fd = acquire();
    if (fd < 0) {
      return fd;
    }
    try {
      return call.applyAsLong(fd);
    } finally {
      release();
    }
  }

  /** Ends a use; also, once, being open. */
  @Override
  public void release() {
    if (USERS.decrementAndGet(this) == 0) {
      CopyReads reads = copy;
      if (reads != null) {
        reads.close();
      }
      int fd = descriptor;
      if (fd != Inode.NO_DESCRIPTOR) {
        FileOps.close(fd);
      }
    }
  }
}
