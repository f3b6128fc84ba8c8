package io.ringmount.daemon.fs;

import io.ringmount.channels.FileSystem;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Statx;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jctools.maps.NonBlockingHashMapLong;

/**
 * The files that the kernel knows: by node number, and by identity (device and inode number).
 *
 * <p>No method takes a lock. Invariants:
 *
 * <ol>
 *   <li>Node numbers rise and are never reused.
 *   <li>An inode is in the node map before it is in the identity map, and a lookup replies with it
 *       only after that: a node that the kernel knows is found.
 *   <li>Places in the identity map change by compare-and-set, and an inode that is alive is
 *       replaced only when its inode number has passed to another file. So lookups of one new file
 *       that race all end with the inode whose {@code putIfAbsent} or {@code replace} won.
 *   <li>The inode whose lookups reached 0 is dead for good; a lookup that finds it replaces it, and
 *       its forgetter removes only itself.
 *   <li>While an inode with a descriptor is alive its inode number cannot pass to another file;
 *       where it can (no descriptor, or a server that does not know it) the file handle is
 *       compared.
 * </ol>
 */
final class InodeTable implements AutoCloseable {
  private final Source source;
  private final AtomicLong nextNode = new AtomicLong(FileSystem.ROOT + 1);
  private final NonBlockingHashMapLong<Inode> byNode = new NonBlockingHashMapLong<>();

  /**
   * By device number as in {@link Statx#device}; each has its inodes. A device stays once seen:
   * there are as many as mounts.
   */
  private final NonBlockingHashMapLong<Device> devices = new NonBlockingHashMapLong<>();

  private final AtomicInteger nextDevice = new AtomicInteger();

  private final LongAdder ignoredForgets = new LongAdder();

  /**
   * A table that knows the root only.
   *
   * @throws LinuxException {@code statx} of the root
   */
  InodeTable(Source source) throws LinuxException {
    this.source = source;
    Scratch scratch = Scratch.get();
    LinuxException.check(
        FileOps.fstatx(source.root(), FileFlags.STATX_BASIC_STATS, scratch.statx),
        "statx",
        "the source directory");
    Inode root =
        new Inode(
            FileSystem.ROOT,
            device(Statx.device(scratch.statx)),
            Statx.inode(scratch.statx),
            scratch.type(),
            source,
            source.root(),
            null);
    byNode.put(root.node(), root);
    root.device().inodes.put(root.number(), root);
  }

  /** The inode of a node, {@link Inode#UNKNOWN} if the kernel should not know it. */
  Inode get(long node) {
    Inode inode = byNode.get(node);
    return inode == null ? Inode.UNKNOWN : inode;
  }

  /** The inode of an identity, perhaps dead; {@code null} if there is none. */
  Inode find(long device, long number) {
    Device known = devices.get(device);
    return known == null ? null : known.inodes.get(number);
  }

  /**
   * The number that the next new file gets. A file whose node is below it was in this table, and
   * its descriptor open, before the call.
   */
  long nextNode() {
    return nextNode.get();
  }

  /**
   * The inode of an open file, with one lookup counted.
   *
   * @param fd O_PATH descriptor, which this method closes or keeps
   * @param scratch has the file's attributes
   * @return {@code null} with the scratch's errno, ENFILE, when the file can be reached through a
   *     descriptor only and no more may be held
   */
  Inode intern(int fd, Scratch scratch) {
    Device device = device(Statx.device(scratch.statx));
    NonBlockingHashMapLong<Inode> numbers = device.inodes;
    long number = Statx.inode(scratch.statx);
    Inode mine = null;
    while (true) {
      Inode present = numbers.get(number);
      if (present != null && isOpenAs(present, fd, scratch) && present.addLookup()) {
        discard(mine, fd);
        return present;
      }
      if (mine == null) {
        mine = newInode(device, fd, scratch);
        if (mine == null) {
          FileOps.close(fd);
          scratch.fail(-Errno.ENFILE);
          return null;
        }
        byNode.put(mine.node(), mine);
      }
      boolean won =
          present == null
              ? numbers.putIfAbsent(number, mine) == null
              : numbers.replace(number, present, mine);
      if (won) {
        if (!mine.hasDescriptor()) {
          FileOps.close(fd);
        }
        return mine;
      }
    }
  }

  /** Whether the open file is that of an inode with the same identity. */
  private boolean isOpenAs(Inode inode, int fd, Scratch scratch) {
    return inode.type() == scratch.type()
        && (inode.handle() == null
            || source.hasHandle(
                inode.handle(), fd, FileOps.EMPTY_PATH, FileFlags.AT_EMPTY_PATH, scratch));
  }

  /** {@code null} when there may be no descriptor for a file that needs one. */
  private Inode newInode(Device device, int fd, Scratch scratch) {
    boolean weak = source.numbersAreWeak();
    byte[] handle = weak ? source.handleOf(fd, scratch) : null;
    // A descriptor pins a file that others delete: the server keeps its space, and an NFS client
    // renames it where it should remove it, so that its directory cannot be removed either.
    boolean pins = handle != null && scratch.type() != FileFlags.S_IFDIR;
    boolean held = !pins && source.descriptors().tryCache();
    if (!held && handle == null) {
      handle = source.handleOf(fd, scratch);
      if (handle == null) {
        // No other way to reach the file again.
        held = source.descriptors().tryHold();
        if (!held) {
          return null;
        }
      }
    }
    return new Inode(
        nextNode.getAndIncrement(),
        device,
        Statx.inode(scratch.statx),
        scratch.type(),
        source,
        held ? fd : Inode.NO_DESCRIPTOR,
        handle);
  }

  /** Takes back an inode that lost the race and that nobody has seen, and closes the descriptor. */
  private void discard(Inode mine, int fd) {
    if (mine != null) {
      byNode.remove(mine.node());
      if (mine.hasDescriptor()) {
        mine.die();
        return;
      }
    }
    FileOps.close(fd);
  }

  /** Takes lookups of a node back; with the last one the node ends. The root stays. */
  void forget(long node, long lookups) {
    if (node == FileSystem.ROOT) {
      return;
    }
    Inode inode = byNode.get(node);
    long remaining = inode == null ? -1 : inode.removeLookups(lookups);
    if (remaining < 0) {
      ignoredForgets.increment();
    } else if (remaining == 0) {
      inode.device().inodes.remove(inode.number(), inode);
      byNode.remove(node);
      inode.die();
    }
  }

  /**
   * Whether a new file in a directory could be given a node. What can be reached by its handle
   * always can.
   */
  boolean hasRoom(Inode directory) {
    return source.descriptors().hasRoom()
        || (source.hasHandles() && directory.device() == get(FileSystem.ROOT).device());
  }

  /** How many files the kernel knows, the root among them. */
  int size() {
    return byNode.size();
  }

  /** How many forgets named an unknown node or more lookups than there were. */
  long ignoredForgets() {
    return ignoredForgets.sum();
  }

  /** Forgets everything; no operation may be running or come later. */
  @Override
  public void close() {
    for (Inode inode : byNode.values()) {
      if (!inode.isRoot()) {
        inode.die();
      }
    }
    byNode.clear();
    devices.clear();
  }

  private Device device(long number) {
    Device known = devices.get(number);
    if (known == null) {
      // Of threads that race here one wins; the indexes of the others stay unused.
      int index = nextDevice.getAndIncrement();
      devices.putIfAbsent(number, new Device(index, index == 0 && source.isMemory()));
      known = devices.get(number);
    }
    return known;
  }
}
