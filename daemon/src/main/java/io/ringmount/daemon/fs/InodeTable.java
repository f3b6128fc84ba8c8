package io.ringmount.daemon.fs;

import io.ringmount.channels.FileSystem;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Statx;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.jctools.maps.NonBlockingHashMapLong;

/**
 * The files that the kernel knows: by node number, and by identity (device and inode number). What
 * must outlive the process is in the records of the {@link NodeTable}.
 *
 * <p>No method takes a lock. Invariants:
 *
 * <ol>
 *   <li>Node numbers are never reused.
 *   <li>An inode is in the node map before its record has its number, and both before it is in the
 *       identity map; a lookup replies with it only after that: a node that the kernel knows is
 *       found, here and by a successor.
 *   <li>Places in the identity map change by compare-and-set, and an inode that is alive is
 *       replaced only when its inode number has passed to another file, or when it is {@linkplain
 *       #supersede superseded}: then its file has two. So lookups of one new file that race all end
 *       with the inode whose {@code putIfAbsent} or {@code replace} won.
 *   <li>The inode whose lookups reached 0 is dead for good; a lookup that finds it replaces it, and
 *       its forgetter removes only itself.
 *   <li>While an inode with a descriptor is alive its inode number cannot pass to another file;
 *       where it can (no descriptor, or a server that does not know it) the file handle is
 *       compared.
 * </ol>
 *
 * <p>While a predecessor still serves, and when it ends what it had begun, files come and go in the
 * records alone: {@link #get} finds those that came, and {@link InodeSuccession} both.
 */
final class InodeTable implements AutoCloseable {
  private final Source source;
  private final NodeTable nodes;
  private final NodeCustody custody;
  private final InodeMaps maps;
  private final LookupAudit audit;
  private final LongAdder ignoredForgets = new LongAdder();
  private final LongAdder ignoredRecords = new LongAdder();

  /**
   * The files in the records of a table; the root becomes one if the table is empty.
   *
   * @throws IOException {@code statx} of the root; or its record is another directory's
   */
  InodeTable(Source source, NodeTable nodes, NodeCustody custody) throws IOException {
    this.source = source;
    this.nodes = nodes;
    this.custody = custody;
    this.maps = new InodeMaps(source, nodes);
    this.audit = new LookupAudit(this, maps);
    Scratch scratch = Scratch.get();
    LinuxException.check(
        FileOps.fstatx(source.root(), FileFlags.STATX_BASIC_STATS, scratch.statx),
        "statx",
        "the source directory");
    long record = rootRecord(scratch);
    Inode root = inode(FileSystem.ROOT, record, source.root());
    maps.add(root);
    root.device().inodes.put(root.number(), root);
    nodes.records().scan(this::load);
  }

  private long rootRecord(Scratch scratch) throws IOException {
    long device = Statx.device(scratch.statx);
    long number = Statx.inode(scratch.statx);
    if (nodes.births() == 0) {
      long record = nodes.records().take();
      nodes.fill(record, device, number, scratch.type(), 0);
      nodes.records().publish(record);
    }
    long record = nodes.records().find(FileSystem.ROOT);
    if (record == 0 || NodeTable.device(record) != device || NodeTable.inode(record) != number) {
      throw new IOException("the source is not the directory that was served before");
    }
    return record;
  }

  /** The inode of a node, {@link Inode#UNKNOWN} if the kernel should not know it. */
  Inode get(long node) {
    Inode inode = maps.get(node);
    return inode == null ? load(node) : inode;
  }

  /** The inode of a node that another process made known; {@link Inode#UNKNOWN} if none did. */
  Inode load(long node) {
    Inode known = maps.get(node);
    if (known != null) {
      return known;
    }
    long record = nodes.records().find(node);
    if (record == 0) {
      return Inode.UNKNOWN;
    }
    if (!nodes.isSound(record, node)) {
      ignoredRecords.increment();
      return Inode.UNKNOWN;
    }
    Inode inode = inode(node, record, Inode.NO_DESCRIPTOR);
    known = maps.addIfAbsent(inode);
    if (known != null) {
      return known;
    }
    maps.index(inode);
    return inode;
  }

  private Inode inode(long node, long record, int descriptor) {
    Device device = maps.device(NodeTable.device(record));
    return new Inode(node, record, device, source, custody, descriptor);
  }

  /** The inode of an identity, perhaps dead; {@code null} if there is none. */
  Inode find(long device, long number) {
    return maps.find(device, number);
  }

  /**
   * What the next new file gets as its birth. A file whose birth is below it was in this table, and
   * its descriptor open, before the call.
   */
  long births() {
    return nodes.births();
  }

  /**
   * The inode of an open file, with one lookup counted.
   *
   * @param fd O_PATH descriptor, which this method closes or keeps
   * @param scratch has the file's attributes
   * @return {@code null} with the scratch's errno: ENFILE, when the file can be reached through a
   *     descriptor only and no more may be held; ENOMEM, when there are no more nodes
   */
  Inode intern(int fd, Scratch scratch) {
    NonBlockingHashMapLong<Inode> numbers = maps.device(Statx.device(scratch.statx)).inodes;
    long number = Statx.inode(scratch.statx);
    Inode mine = null;
    while (true) {
      Inode present = numbers.get(number);
      if (present != null
          && present.type() == scratch.type()
          && present.isAt(fd, FileOps.EMPTY_PATH, FileFlags.AT_EMPTY_PATH, scratch)
          && present.addLookup()) {
        if (mine == null || !mine.owns(fd)) {
          present.offer(fd);
        }
        if (mine != null) {
          discard(mine);
        }
        return present;
      }
      if (mine == null) {
        mine = newInode(fd, scratch);
        if (mine == null) {
          FileOps.close(fd);
          return null;
        }
      }
      boolean won =
          present == null
              ? numbers.putIfAbsent(number, mine) == null
              : numbers.replace(number, present, mine);
      if (won) {
        if (!mine.owns(fd)) {
          FileOps.close(fd);
        }
        return mine;
      }
    }
  }

  /**
   * An inode in the records and in the node map; {@code null} when there may be no descriptor for a
   * file that needs one, or no record.
   */
  private Inode newInode(int fd, Scratch scratch) {
    DescriptorBudget descriptors = source.descriptors();
    boolean weak = source.numbersAreWeak();
    boolean named = (weak || custody.hasSuccessor()) && source.readHandle(fd, scratch);
    // See Inode.wantsDescriptor.
    boolean pins = weak && named && scratch.type() != FileFlags.S_IFDIR;
    boolean held = !pins && descriptors.tryCache();
    if (!held && !named) {
      named = source.readHandle(fd, scratch);
      if (!named) {
        // No other way to reach the file again.
        held = descriptors.tryHold();
        if (!held) {
          scratch.fail(-Errno.ENFILE);
          return null;
        }
      }
    }
    long record = nodes.records().take();
    if (record == 0) {
      if (held) {
        descriptors.giveBack();
      }
      scratch.fail(-Errno.ENOMEM);
      return null;
    }
    long node = nodes.records().number(record);
    nodes.fill(
        record,
        Statx.device(scratch.statx),
        Statx.inode(scratch.statx),
        scratch.type(),
        named ? scratch.handle : 0);
    if (!named && custody.hasSuccessor() && custody.keep(node, fd)) {
      NodeTable.markKept(record, node);
    }
    Inode inode = inode(node, record, held ? fd : Inode.NO_DESCRIPTOR);
    maps.add(inode);
    nodes.records().publish(record);
    return inode;
  }

  /** Has the file of an inode, which may be in use, become another node when it is next found. */
  void supersede(Inode inode) {
    inode.device().inodes.remove(inode.number(), inode);
  }

  /** Takes back an inode that lost the race and that nobody has seen. */
  private void discard(Inode mine) {
    mine.removeLookups(1);
    end(mine);
  }

  /** Takes lookups of a node back; with the last one the node ends. The root stays. */
  void forget(long node, long lookups) {
    if (node == FileSystem.ROOT) {
      return;
    }
    Inode inode = get(node);
    long remaining = inode == Inode.UNKNOWN ? -1 : inode.removeLookups(lookups);
    if (remaining < 0) {
      ignoredForgets.increment();
    } else if (remaining == 0) {
      end(inode);
    } else {
      audit.remains(inode);
    }
  }

  /** As {@link #forget}, if there are exactly that many lookups; whether the node has ended. */
  boolean forgetAll(Inode inode, long lookups) {
    boolean last = inode.removeAllLookups(lookups);
    if (last) {
      end(inode);
    }
    return last;
  }

  /** Ends an inode without lookups: by whoever took the last one. */
  private void end(Inode inode) {
    long node = inode.node();
    boolean mine = maps.remove(inode);
    endRecord(inode.record(), node);
    if (mine) {
      inode.die();
    }
  }

  /** Ends the record of a node without lookups, unless another process has. */
  void endRecord(long record, long node) {
    if (nodes.end(record, node)) {
      custody.drop(node);
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

  /** What follows the changes that other processes make to the records. */
  InodeSuccession succession() {
    return new InodeSuccession(this, maps, nodes, custody);
  }

  /** What finds lookups that the kernel will not take back. */
  LookupAudit audit() {
    return audit;
  }

  /** How many files the kernel knows, the root among them. */
  int size() {
    return maps.size();
  }

  /** How many forgets named an unknown node or more lookups than there were. */
  long ignoredForgets() {
    return ignoredForgets.sum();
  }

  /** How many records of an earlier process could not be true. */
  long ignoredRecords() {
    return ignoredRecords.sum();
  }

  /** Closes every descriptor; no operation may be running or come later. The records stay. */
  @Override
  public void close() {
    for (Inode inode : maps.all()) {
      if (!inode.isRoot()) {
        inode.die();
      }
    }
    maps.clear();
  }
}
