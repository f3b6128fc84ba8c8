package io.ringmount.daemon.fs;

import io.ringmount.channels.FileSystem;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.IntToLongFunction;

/**
 * A file that the kernel knows by its node number.
 *
 * <p>It is alive while the kernel has lookups of it; the count that reached 0 stays 0, so a dead
 * inode never comes back. The file itself is reached through an O_PATH descriptor, or, without one,
 * by its file handle.
 *
 * <p><b>A descriptor in use is never closed.</b> {@code users} counts one for being alive and one
 * for each operation between {@link #acquire} and {@link #release}; whoever takes it to 0 closes
 * the descriptor, and from 0 it never rises. So no count of lookups that the kernel may send,
 * however wrong, lets an operation run on a descriptor number that means another file by now.
 */
final class Inode {
  /** Stands for a node that is not known: every use of it is ESTALE. */
  static final Inode UNKNOWN = new Inode(0, null, 0, 0, null, Inode.NO_DESCRIPTOR, null);

  static final int NO_DESCRIPTOR = -1;

  private static final AtomicLongFieldUpdater<Inode> LOOKUPS =
      AtomicLongFieldUpdater.newUpdater(Inode.class, "lookups");
  private static final AtomicIntegerFieldUpdater<Inode> USERS =
      AtomicIntegerFieldUpdater.newUpdater(Inode.class, "users");

  private final long node;
  private final Device device;
  private final long number;
  private final int type;
  private final Source source;
  private final int descriptor;
  private final byte[] handle;

  private volatile long lookups = 1;
  private volatile int users = 1;

  /**
   * An inode with one lookup.
   *
   * @param type the type bits of the mode
   * @param descriptor O_PATH, held from the source's budget and owned by this inode from now on; or
   *     {@link #NO_DESCRIPTOR}
   * @param handle file handle; may be {@code null} when there is a descriptor
   */
  Inode(
      long node,
      Device device,
      long number,
      int type,
      Source source,
      int descriptor,
      byte[] handle) {
    this.node = node;
    this.device = device;
    this.number = number;
    this.type = type;
    this.source = source;
    this.descriptor = descriptor;
    this.handle = handle;
  }

  /** The number the kernel knows it by. */
  long node() {
    return node;
  }

  /** What holds the file; {@code null} for {@link #UNKNOWN}. */
  Device device() {
    return device;
  }

  /** The inode number on that device, not the one that applications see. */
  long number() {
    return number;
  }

  /** The type bits of the mode, which never change; 0 for {@link #UNKNOWN}. */
  int type() {
    return type;
  }

  boolean isRoot() {
    return node == FileSystem.ROOT;
  }

  boolean hasDescriptor() {
    return descriptor != NO_DESCRIPTOR;
  }

  /**
   * What to recognise the file by beside its inode number; {@code null} if the number is enough.
   */
  byte[] handle() {
    return handle;
  }

  // ---- lookups ---------------------------------------------------------------------------------

  /** Counts one more lookup; {@code false} when the inode is dead. */
  boolean addLookup() {
    while (true) {
      long count = lookups;
      if (count == 0) {
        return false;
      }
      if (LOOKUPS.compareAndSet(this, count, count + 1)) {
        return true;
      }
    }
  }

  /**
   * Takes lookups back.
   *
   * @return how many remain, 0 to exactly one caller; -1 when there are not that many
   */
  long removeLookups(long count) {
    while (true) {
      long present = lookups;
      if (count <= 0 || count > present) {
        return -1;
      }
      if (LOOKUPS.compareAndSet(this, present, present - count)) {
        return present - count;
      }
    }
  }

  // ---- the file --------------------------------------------------------------------------------

  /**
   * An O_PATH descriptor of the file, good until {@link #release}.
   *
   * @return the descriptor, or a negative error number: -ESTALE when the file is not to be reached
   */
  int acquire(Scratch scratch) {
    if (descriptor == NO_DESCRIPTOR) {
      return handle == null
          ? -Errno.ESTALE
          : (int) source.openByHandle(handle, FileFlags.O_PATH, scratch);
    }
    if (isRoot()) {
      return descriptor;
    }
    while (true) {
      int count = users;
      if (count == 0) {
        return -Errno.ESTALE;
      }
      if (USERS.compareAndSet(this, count, count + 1)) {
        return descriptor;
      }
    }
  }

  /** Gives back what {@link #acquire} returned, if that was a descriptor. */
  void release(int fd) {
    if (fd != descriptor) {
      FileOps.close(fd);
    } else if (!isRoot()) {
      drop();
    }
  }

  /**
   * Runs a system call on the file. For what is rare: the call may be an object to collect.
   *
   * @param call gets an O_PATH descriptor
   * @return the call's result, or a negative error number
   */
  long apply(Scratch scratch, IntToLongFunction call) {
    int fd = acquire(scratch);
    if (fd < 0) {
      return fd;
    }
    try {
      return call.applyAsLong(fd);
    } finally {
      release(fd);
    }
  }

  /** Ends being alive; the caller took the last lookup. The descriptor goes with its last user. */
  void die() {
    if (hasDescriptor()) {
      drop();
    }
  }

  private void drop() {
    if (USERS.decrementAndGet(this) == 0) {
      source.descriptors().close(descriptor);
    }
  }

  /**
   * Opens the file itself, for reading or writing. It cannot be redirected: the new descriptor is
   * of this very file.
   *
   * @param flags of open(2), without O_NOFOLLOW; close-on-exec is added
   * @return the caller's descriptor, or a negative error number
   */
  int open(int flags, Scratch scratch) {
    if (!hasDescriptor() && handle != null) {
      return (int) source.openByHandle(handle, flags, scratch);
    }
    return (int)
        apply(
            scratch,
            fd ->
                FileOps.openat(
                    FileFlags.AT_FDCWD, scratch.pathOf(fd), flags | FileFlags.O_CLOEXEC, 0));
  }
}
