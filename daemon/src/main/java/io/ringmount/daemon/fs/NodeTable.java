package io.ringmount.daemon.fs;

import io.ringmount.channels.FileSystem;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The files that the kernel knows, in memory that outlives the process: what a successor needs to
 * go on with them. See {@link NodeLayout}; {@link InodeTable} finds them fast.
 */
final class NodeTable implements AutoCloseable {
  /** As many files as there are numbers for; 192 bytes each, when it is used. */
  static final int CAPACITY = 1 << TableLayout.INDEX_BITS;

  private static final RecordTable.Shape SHAPE =
      new RecordTable.Shape("nodes", NodeLayout.MAGIC, NodeLayout.VERSION, NodeLayout.SIZE);

  /** Most bytes behind the head of a file handle. */
  private static final int LONGEST_HANDLE =
      NodeLayout.SIZE - NodeLayout.HANDLE - Source.HANDLE_HEAD;

  private final RecordTable records;
  private final long births;

  /** Places of devices for which the header has no room. */
  private final AtomicInteger nextPlace = new AtomicInteger(TableLayout.OWN_COUNT);

  private NodeTable(RecordTable records) {
    this.records = records;
    this.births = records.header() + TableLayout.BIRTHS;
  }

  static NodeTable create(int capacity) throws LinuxException {
    return new NodeTable(RecordTable.create(SHAPE, capacity));
  }

  /**
   * The table of an earlier process.
   *
   * @param fd owned by the result from now on, or closed when this method throws
   */
  static NodeTable adopt(int fd) throws IOException {
    return new NodeTable(RecordTable.adopt(SHAPE, fd));
  }

  RecordTable records() {
    return records;
  }

  /** What the next file will have as {@link #birth}, or more. */
  long births() {
    return Memory.getLongAcquire(births);
  }

  /** The place of a device in the order of first sight. */
  int place(long device) {
    long wanted = device | NodeLayout.DEVICE_KNOWN;
    for (int i = 0; i < TableLayout.OWN_COUNT; i++) {
      long word = records.header() + TableLayout.OWN + (long) i * Long.BYTES;
      if (Memory.getLongAcquire(word) == wanted
          || Memory.compareAndSetLong(word, 0, wanted)
          || Memory.getLongAcquire(word) == wanted) {
        return i;
      }
    }
    return nextPlace.getAndIncrement();
  }

  // ---- records ---------------------------------------------------------------------------------

  /**
   * Fills a record that the caller has taken, with one lookup.
   *
   * @param handle address of its {@code struct file_handle}; 0 when it has none
   */
  void fill(long record, long device, long inode, int type, long handle) {
    long tag = NodeLayout.tag(records.number(record));
    Memory.putLong(record + NodeLayout.LOOKUPS, tag | 1);
    Memory.putLong(record + NodeLayout.FLAGS, tag);
    Memory.putLong(record + NodeLayout.DEVICE, device);
    Memory.putLong(record + NodeLayout.INODE, inode);
    Memory.putLong(record + NodeLayout.BIRTH, Memory.getAndAddLong(births, 1));
    Memory.putInt(record + NodeLayout.TYPE, type);
    Memory.putInt(record + NodeLayout.BACKING, 0);
    if (handle == 0) {
      Memory.putInt(record + NodeLayout.HANDLE, 0);
    } else {
      Memory.copy(
          handle, record + NodeLayout.HANDLE, Source.HANDLE_HEAD + (long) Memory.getInt(handle));
    }
  }

  /** Whether what a used record says can be true; the root's lookups are not counted. */
  boolean isSound(long record, long node) {
    int handleSize = handleSize(record);
    return isType(type(record))
        && handleSize >= 0
        && handleSize <= LONGEST_HANDLE
        && (node == FileSystem.ROOT || lookups(record, node) > 0);
  }

  private static boolean isType(int type) {
    return switch (type) {
      case FileFlags.S_IFREG,
          FileFlags.S_IFDIR,
          FileFlags.S_IFLNK,
          FileFlags.S_IFIFO,
          FileFlags.S_IFSOCK,
          FileFlags.S_IFCHR,
          FileFlags.S_IFBLK ->
          true;
      default -> false;
    };
  }

  static long device(long record) {
    return Memory.getLong(record + NodeLayout.DEVICE);
  }

  static long inode(long record) {
    return Memory.getLong(record + NodeLayout.INODE);
  }

  static long birth(long record) {
    return Memory.getLong(record + NodeLayout.BIRTH);
  }

  static int type(long record) {
    return Memory.getInt(record + NodeLayout.TYPE);
  }

  /** Bytes of the file handle behind its head, 0 when there is none. */
  static int handleSize(long record) {
    return Memory.getInt(record + NodeLayout.HANDLE);
  }

  // ---- lookups ---------------------------------------------------------------------------------

  /** The lookups of a node; 0 when it is dead. */
  static long lookups(long record, long node) {
    long word = Memory.getLongAcquire(record + NodeLayout.LOOKUPS) ^ NodeLayout.tag(node);
    return word >>> NodeLayout.COUNT_BITS == 0 ? word : 0;
  }

  /** Counts one more lookup; {@code false} when the node is dead. */
  static boolean addLookup(long record, long node) {
    long tag = NodeLayout.tag(node);
    while (true) {
      long word = Memory.getLongAcquire(record + NodeLayout.LOOKUPS);
      long count = word ^ tag;
      if (count <= 0 || count >= NodeLayout.COUNT_MASK) {
        return false;
      }
      if (Memory.compareAndSetLong(record + NodeLayout.LOOKUPS, word, word + 1)) {
        return true;
      }
    }
  }

  /**
   * Takes lookups back.
   *
   * @return how many remain, 0 to exactly one caller; -1 when there are not that many
   */
  static long removeLookups(long record, long node, long count) {
    long tag = NodeLayout.tag(node);
    while (true) {
      long word = Memory.getLongAcquire(record + NodeLayout.LOOKUPS);
      long present = word ^ tag;
      if (count <= 0 || present > NodeLayout.COUNT_MASK || count > present) {
        return -1;
      }
      if (Memory.compareAndSetLong(record + NodeLayout.LOOKUPS, word, word - count)) {
        return present - count;
      }
    }
  }

  /** Takes all lookups back if there are exactly that many; {@code true} to one caller. */
  static boolean removeAllLookups(long record, long node, long count) {
    long tag = NodeLayout.tag(node);
    return Memory.compareAndSetLong(record + NodeLayout.LOOKUPS, tag | count, tag);
  }

  // ---- custody ---------------------------------------------------------------------------------

  /** Whether a descriptor of the file is in custody. */
  static boolean isKept(long record, long node) {
    return Memory.getLongAcquire(record + NodeLayout.FLAGS)
        == (NodeLayout.tag(node) | NodeLayout.KEPT);
  }

  /** Notes that a descriptor is in custody; {@code false} when the node has ended. */
  static boolean markKept(long record, long node) {
    long tag = NodeLayout.tag(node);
    return Memory.compareAndSetLong(record + NodeLayout.FLAGS, tag, tag | NodeLayout.KEPT)
        || isKept(record, node);
  }

  /** Ends a node that has no lookups left; whether a descriptor was in custody. */
  boolean end(long record, long node) {
    long tag = NodeLayout.tag(node);
    long ended = tag ^ (1L << NodeLayout.COUNT_BITS);
    boolean kept =
        !Memory.compareAndSetLong(record + NodeLayout.FLAGS, tag, ended)
            && Memory.compareAndSetLong(record + NodeLayout.FLAGS, tag | NodeLayout.KEPT, ended);
    records.free(node);
    return kept;
  }

  @Override
  public void close() throws LinuxException {
    records.close();
  }
}
