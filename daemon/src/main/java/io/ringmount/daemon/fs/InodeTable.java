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
 *       replaced only when its inode number has passed to another file. So lookups of one new file
 *       that race all end with the inode whose {@code putIfAbsent} or {@code replace} won.
 *   <li>The inode whose lookups reached 0 is dead for good; a lookup that finds it replaces it, and
 *       its forgetter removes only itself.
 *   <li>While an inode with a descriptor is alive its inode number cannot pass to another file;
 *       where it can (no descriptor, or a server that does not know it) the file handle is
 *       compared.
 * </ol>
 *
 * <p>While a predecessor still serves, and when it ends what it had begun, files come and go in the
 * records alone: {@link #get} finds those that came, and {@link #catchUp} both.
 */
final class InodeTable implements AutoCloseable {
  private final Source source;
  private final NodeTable nodes;
  private final NodeCustody custody;
  private final NonBlockingHashMapLong<Inode> byNode;

  /**
   * By device number as in {@link Statx#device}; each has its inodes. A device stays once seen:
   * there are as many as mounts.
   */
  private final NonBlockingHashMapLong<Device> devices = new NonBlockingHashMapLong<>();

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
    // Growing takes longer than all else when there are many.
    this.byNode = new NonBlockingHashMapLong<>(nodes.records().extent() + 1);
    Scratch scratch = Scratch.get();
    LinuxException.check(
        FileOps.fstatx(source.root(), FileFlags.STATX_BASIC_STATS, scratch.statx),
        "statx",
        "the source directory");
    long record = rootRecord(scratch);
    Inode root = inode(FileSystem.ROOT, record, source.root());
    byNode.put(root.node(), root);
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
    Inode inode = byNode.get(node);
    return inode == null ? load(node) : inode;
  }

  /** The inode of a node that another process made known; {@link Inode#UNKNOWN} if none did. */
  private Inode load(long node) {
    Inode known = byNode.get(node);
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
    known = byNode.putIfAbsent(node, inode);
    if (known != null) {
      return known;
    }
    index(inode);
    return inode;
  }

  /** Makes an inode the one of its identity, unless a younger one is. */
  private static void index(Inode inode) {
    NonBlockingHashMapLong<Inode> numbers = inode.device().inodes;
    while (true) {
      Inode present = numbers.putIfAbsent(inode.number(), inode);
      if (present == null
          || present.birth() > inode.birth()
          || numbers.replace(inode.number(), present, inode)) {
        return;
      }
    }
  }

  private Inode inode(long node, long record, int descriptor) {
    Device device = device(NodeTable.device(record));
    return new Inode(node, record, device, source, custody, descriptor);
  }

  /** The inode of an identity, perhaps dead; {@code null} if there is none. */
  Inode find(long device, long number) {
    Device known = devices.get(device);
    return known == null ? null : known.inodes.get(number);
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
    NonBlockingHashMapLong<Inode> numbers = device(Statx.device(scratch.statx)).inodes;
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
    byNode.put(node, inode);
    nodes.records().publish(record);
    return inode;
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
    }
  }

  /** Ends an inode without lookups: by whoever took the last one. */
  private void end(Inode inode) {
    long node = inode.node();
    boolean mine = remove(inode);
    endRecord(inode.record(), node);
    if (mine) {
      inode.die();
    }
  }

  private void endRecord(long record, long node) {
    if (nodes.end(record, node)) {
      custody.drop(node);
    }
  }

  /** Removes an inode from the maps; {@code true} to one caller, who lets it die. */
  private boolean remove(Inode inode) {
    inode.device().inodes.remove(inode.number(), inode);
    return byNode.remove(inode.node(), inode);
  }

  /**
   * Whether a new file in a directory could be given a node. What can be reached by its handle
   * always can.
   */
  boolean hasRoom(Inode directory) {
    return source.descriptors().hasRoom()
        || (source.hasHandles() && directory.device() == get(FileSystem.ROOT).device());
  }

  // ---- succession ------------------------------------------------------------------------------

  /** Learns what a predecessor did to the records since this was called last. */
  void catchUp() {
    if (!nodes.records().changes(this::learn)) {
      for (Inode inode : byNode.values()) {
        learn(inode.node());
      }
      nodes.records().scan(this::load);
    }
  }

  private void learn(long node) {
    if (nodes.records().find(node) != 0) {
      load(node);
      return;
    }
    Inode gone = byNode.get(node);
    if (gone != null && remove(gone)) {
      gone.die();
    }
  }

  /** Gives into custody again what is in custody, because that may have been lost. */
  void keepAgain() {
    Scratch scratch = Scratch.get();
    for (Inode inode : byNode.values()) {
      if (inode.isKept()) {
        inode.apply(scratch, fd -> custody.keep(inode.node(), fd) ? 0 : -Errno.EIO);
        if (!inode.isKnown()) {
          custody.drop(inode.node());
        }
      }
    }
  }

  /** Ends what no process ended; none but this one is running. */
  void freeAbandoned() {
    nodes
        .records()
        .scan(node -> {
          long record = nodes.records().find(node);
          if (record != 0 && node != FileSystem.ROOT && NodeTable.lookups(record, node) == 0) {
            endRecord(record, node);
            learn(node);
          }
        });
    nodes.records().freeAbandoned();
    custody.dropUnless(node -> nodes.records().find(node) != 0);
  }

  /** How many files the kernel knows, the root among them. */
  int size() {
    return byNode.size();
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
      int place = nodes.place(number);
      devices.putIfAbsent(number, device(place));
      known = devices.get(number);
    }
    return known;
  }

  private Device device(int place) {
    boolean first = place == 0;
    int expected = first ? nodes.records().extent() + 1 : 1;
    return new Device(place, first && source.isMemory(), expected);
  }
}
