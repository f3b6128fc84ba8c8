package io.ringmount.daemon.fs;

import io.ringmount.channels.FileSystem;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.IntToLongFunction;

/**
 * A file that the kernel knows by its node number: the fast view of a record of the {@link
 * NodeTable}, which outlives this process.
 *
 * <p>It is alive while the kernel has lookups of it; the count that reached 0 stays 0, so a dead
 * inode never comes back, though its record may become another's. The file itself is reached
 * through an O_PATH descriptor, or, without one, by its file handle or by the descriptor that an
 * earlier process left for it.
 *
 * <p><b>A descriptor in use is never closed.</b> {@code users} counts one for being alive and one
 * for each operation between {@link #acquire} and {@link #release}; whoever takes it to 0 closes
 * the descriptor, and from 0 it never rises. So no count of lookups that the kernel may send,
 * however wrong, lets an operation run on a descriptor number that means another file by now.
 */
final class Inode {
  /** Stands for a node that is not known: every use of it is ESTALE. */
  static final Inode UNKNOWN = new Inode();

  static final int NO_DESCRIPTOR = -1;

  private static final AtomicIntegerFieldUpdater<Inode> USERS =
      AtomicIntegerFieldUpdater.newUpdater(Inode.class, "users");
  private static final AtomicIntegerFieldUpdater<Inode> OPENED =
      AtomicIntegerFieldUpdater.newUpdater(Inode.class, "opened");
  private static final AtomicIntegerFieldUpdater<Inode> WRITERS =
      AtomicIntegerFieldUpdater.newUpdater(Inode.class, "writers");
  private static final AtomicIntegerFieldUpdater<Inode> DESCRIPTOR =
      AtomicIntegerFieldUpdater.newUpdater(Inode.class, "descriptor");

  private final long node;
  private final long record;
  private final Device device;
  private final long number;
  private final long birth;
  private final int type;
  private final int handleSize;
  private final Source source;
  private final NodeCustody custody;

  private volatile int descriptor;
  private volatile int users = 1;

  /** Open handles. */
  private volatile int opened;

  /** Handles that write, and changes of the size that go on. */
  private volatile int writers;

  private volatile boolean mayBeNameless;

  /** Of the content that the kernel's page cache was filled from. */
  private volatile long cached = ContentVersion.UNKNOWN;

  private volatile Trust trust = Trust.FULL;

  /** Whether the lookups counted can be more than the kernel has; see {@link LookupAudit}. */
  private enum Trust {
    FULL,
    DOUBTED,
    /** Doubted, and no lookup has been counted since it was asked about. */
    ASKED
  }

  private Inode() {
    this.node = 0;
    this.record = 0;
    this.device = null;
    this.number = 0;
    this.birth = 0;
    this.type = 0;
    this.handleSize = 0;
    this.source = null;
    this.custody = null;
    this.descriptor = NO_DESCRIPTOR;
    this.users = 0;
  }

  /**
   * The inode of a record that is filled.
   *
   * @param descriptor O_PATH, held from the source's budget and owned by this inode from now on; or
   *     {@link #NO_DESCRIPTOR}
   */
  Inode(long node, long record, Device device, Source source, NodeCustody custody, int descriptor) {
    this.node = node;
    this.record = record;
    this.device = device;
    this.number = NodeTable.inode(record);
    this.birth = NodeTable.birth(record);
    this.type = NodeTable.type(record);
    this.handleSize = NodeTable.handleSize(record);
    this.source = source;
    this.custody = custody;
    this.descriptor = descriptor;
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

  /** Its place in the order in which files became known. */
  long birth() {
    return birth;
  }

  /** The type bits of the mode, which never change; 0 for {@link #UNKNOWN}. */
  int type() {
    return type;
  }

  boolean isRoot() {
    return node == FileSystem.ROOT;
  }

  long record() {
    return record;
  }

  boolean owns(int fd) {
    return fd == descriptor;
  }

  // ---- lookups ---------------------------------------------------------------------------------

  /** Counts one more lookup; {@code false} when the inode is dead. */
  boolean addLookup() {
    boolean added = NodeTable.addLookup(record, node);
    // After the count: who has asked and then counted sees one or the other.
    if (trust == Trust.ASKED) {
      trust = Trust.DOUBTED;
    }
    return added;
  }

  /** As {@link NodeTable#removeLookups}. */
  long removeLookups(long count) {
    return NodeTable.removeLookups(record, node, count);
  }

  /** How many there are; 0 when it is dead. */
  long lookups() {
    return NodeTable.lookups(record, node);
  }

  /** As {@link NodeTable#removeAllLookups}. */
  boolean removeAllLookups(long count) {
    return NodeTable.removeAllLookups(record, node, count);
  }

  void doubt() {
    trust = Trust.DOUBTED;
  }

  boolean isDoubted() {
    return trust != Trust.FULL;
  }

  void ask() {
    trust = Trust.ASKED;
  }

  /** Whether no lookup has been counted since {@link #ask}. */
  boolean isAsked() {
    return trust == Trust.ASKED;
  }

  /** Whether this process or another has not ended it. */
  boolean isKnown() {
    return RecordTable.isOf(record, node);
  }

  // ---- open handles ----------------------------------------------------------------------------

  void addHandle() {
    OPENED.incrementAndGet(this);
  }

  void removeHandle() {
    OPENED.decrementAndGet(this);
  }

  boolean isOpen() {
    return opened > 0;
  }

  /** Its content may change through this mount until {@link #removeWriter}. */
  void addWriter() {
    WRITERS.incrementAndGet(this);
  }

  void removeWriter() {
    WRITERS.decrementAndGet(this);
  }

  boolean isWritten() {
    return writers > 0;
  }

  /** The number of its backing file, see {@link Passthrough}; guarded by this object's monitor. */
  int backing() {
    return record == 0 ? 0 : Memory.getInt(record + NodeLayout.BACKING);
  }

  void backing(int id) {
    Memory.putInt(record + NodeLayout.BACKING, id);
  }

  /** Whether the kernel's pages, if it has any, are of this version and of no other. */
  boolean isCached(long version) {
    return version != ContentVersion.UNKNOWN && version == cached;
  }

  /**
   * Notes that the kernel has let go of all pages but those of this version. A version that comes
   * late, after a newer one, does no harm: no file has it any more.
   */
  void cached(long version) {
    cached = version;
  }

  /** Notes, before its last name may go, that whoever opens it from now on has to look. */
  void mayBecomeNameless() {
    mayBeNameless = true;
  }

  boolean mayBeNameless() {
    return mayBeNameless;
  }

  /** Whether a successor is given a descriptor. */
  boolean isKept() {
    return NodeTable.isKept(record, node);
  }

  /** Notes that a successor is given a descriptor; {@code false} when the node has ended. */
  boolean markKept() {
    return NodeTable.markKept(record, node);
  }

  // ---- the file --------------------------------------------------------------------------------

  /**
   * Whether a path whose inode number, device and type are this inode's is this very file, not a
   * later one with the same number.
   *
   * @param flags 0, or {@code AT_EMPTY_PATH} for {@code dirFd} itself
   */
  boolean isAt(int dirFd, long path, int flags, Scratch scratch) {
    if (descriptor != NO_DESCRIPTOR && !source.numbersAreWeak()) {
      return true;
    }
    if (handleSize > 0) {
      return source.hasHandle(record + NodeLayout.HANDLE, dirFd, path, flags, scratch);
    }
    int fd = acquire(scratch);
    if (fd >= 0) {
      release(fd);
    }
    return fd >= 0;
  }

  /** Whether a descriptor may stay open for it, and it has none. */
  boolean wantsDescriptor() {
    return descriptor == NO_DESCRIPTOR && mayCache() && source.descriptors().hasRoomToCache();
  }

  /**
   * A descriptor pins a file that others delete: the server keeps its space, and an NFS client
   * renames it where it should remove it, so that its directory cannot be removed either.
   */
  private boolean mayCache() {
    return !source.numbersAreWeak() || handleSize == 0 || type == FileFlags.S_IFDIR;
  }

  /** Gives it an O_PATH descriptor of its file, or closes that. */
  void offer(int fd) {
    if (descriptor == NO_DESCRIPTOR && mayCache() && use()) {
      if (source.descriptors().tryCache()) {
        install(fd);
        drop();
        return;
      }
      drop();
    }
    FileOps.close(fd);
  }

  /** Makes a descriptor, held from the budget, the inode's, or closes it when it has one. */
  private int install(int fd) {
    if (!DESCRIPTOR.compareAndSet(this, NO_DESCRIPTOR, fd)) {
      source.descriptors().close(fd);
    }
    return descriptor;
  }

  /**
   * An O_PATH descriptor of the file, good until {@link #release}.
   *
   * @return the descriptor, or a negative error number: -ESTALE when the file is not to be reached
   */
  int acquire(Scratch scratch) {
    if (isRoot()) {
      return descriptor;
    }
    if (!use()) {
      return -Errno.ESTALE;
    }
    int fd = descriptor;
    return fd == NO_DESCRIPTOR ? reach(scratch) : fd;
  }

  /** As {@link #acquire}, and the descriptor stays the inode's own. */
  int pin(Scratch scratch) {
    int fd = acquire(scratch);
    if (fd >= 0 && !owns(fd) && use()) {
      source.descriptors().hold();
      return install(fd);
    }
    return fd;
  }

  /** A descriptor, with the use that the caller has if it is the inode's own. */
  private int reach(Scratch scratch) {
    if (isKept() && takeInherited()) {
      return descriptor;
    }
    int fd = openByHandle(FileFlags.O_PATH, scratch);
    if (fd >= 0 && mayCache() && source.descriptors().tryCache()) {
      return install(fd);
    }
    drop();
    return fd;
  }

  private synchronized boolean takeInherited() {
    if (descriptor == NO_DESCRIPTOR) {
      int fd = custody.take(node);
      if (fd != NO_DESCRIPTOR) {
        source.descriptors().hold();
        install(fd);
      }
    }
    return descriptor != NO_DESCRIPTOR;
  }

  private int openByHandle(int flags, Scratch scratch) {
    if (handleSize == 0) {
      return -Errno.ESTALE;
    }
    Memory.copy(record + NodeLayout.HANDLE, scratch.handle, Source.HANDLE_HEAD + (long) handleSize);
    // What was copied is this file's if the record is still, looked at after it.
    VarHandle.acquireFence();
    return isKnown() ? (int) source.openByHandle(flags, scratch) : -Errno.ESTALE;
  }

  private boolean use() {
    while (true) {
      int count = users;
      if (count == 0) {
        return false;
      }
      if (USERS.compareAndSet(this, count, count + 1)) {
        return true;
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

  /** Ends being alive in this process. The descriptor goes with its last user. */
  void die() {
    drop();
  }

  private void drop() {
    if (USERS.decrementAndGet(this) == 0) {
      int fd = descriptor;
      if (fd != NO_DESCRIPTOR) {
        source.descriptors().close(fd);
      }
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
    if (descriptor == NO_DESCRIPTOR && handleSize > 0 && !isKept()) {
      return openByHandle(flags, scratch);
    }
    return (int)
        apply(
            scratch,
            fd ->
                FileOps.openat(
                    FileFlags.AT_FDCWD, scratch.pathOf(fd), flags | FileFlags.O_CLOEXEC, 0));
  }
}
