package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.jctools.maps.NonBlockingHashMapLong;

/**
 * The open files, by handle. Handles are never reused; no method takes a lock. What a successor
 * needs to open them again is in records that outlive the process, see {@link HandleLayout}.
 */
final class HandleTable implements AutoCloseable {
  /** Far beyond what a process may have open; 32 bytes each, when it is used. */
  static final int CAPACITY = 1 << 24;

  private static final RecordTable.Shape SHAPE =
      new RecordTable.Shape("handles", HandleLayout.MAGIC, HandleLayout.VERSION, HandleLayout.SIZE);

  private final InodeTable inodes;
  private final RecordTable records;
  private final NonBlockingHashMapLong<OpenFile> files = new NonBlockingHashMapLong<>();
  private final LongAdder ignoredRecords = new LongAdder();

  /**
   * The open files in the records of a table.
   *
   * @param records made or adopted by this class
   */
  HandleTable(InodeTable inodes, RecordTable records) {
    this.inodes = inodes;
    this.records = records;
    records.scan(this::load);
  }

  static RecordTable create(int capacity) throws LinuxException {
    return RecordTable.create(SHAPE, capacity);
  }

  /**
   * The table of an earlier process.
   *
   * @param fd owned by the result from now on, or closed when this method throws
   */
  static RecordTable adopt(int fd) throws IOException {
    return RecordTable.adopt(SHAPE, fd);
  }

  /**
   * Gives an open file a handle.
   *
   * @param journal of the request, where the handle is noted before it exists
   * @return 0, and the file is closed, when there are no more
   */
  long add(OpenFile file, Journal journal) {
    long record = records.take();
    if (record == 0) {
      file.release();
      return 0;
    }
    Memory.putLong(record + HandleLayout.NODE, file.inode().node());
    Memory.putInt(record + HandleLayout.FLAGS, file.flags());
    long handle = records.number(record);
    journal.handle(handle);
    files.put(handle, file);
    opened(file);
    records.publish(record);
    return handle;
  }

  /**
   * The open file of a handle.
   *
   * @return {@link OpenFile#UNKNOWN} if the handle is not known, or not one of this node
   */
  OpenFile get(long handle, long node) {
    OpenFile file = files.get(handle);
    if (file == null) {
      file = load(handle);
    }
    return file.inode().node() != node ? OpenFile.UNKNOWN : file;
  }

  /** The open file of a handle that another process gave. */
  private OpenFile load(long handle) {
    OpenFile known = files.get(handle);
    if (known != null) {
      return known;
    }
    long record = records.find(handle);
    if (record == 0) {
      return OpenFile.UNKNOWN;
    }
    Inode inode = inodes.get(Memory.getLong(record + HandleLayout.NODE));
    if (inode == Inode.UNKNOWN) {
      ignoredRecords.increment();
      return OpenFile.UNKNOWN;
    }
    OpenFile file =
        new OpenFile(inode, Inode.NO_DESCRIPTOR, Memory.getInt(record + HandleLayout.FLAGS));
    known = files.putIfAbsent(handle, file);
    if (known != null) {
      return known;
    }
    opened(file);
    return file;
  }

  private static void opened(OpenFile file) {
    file.inode().addHandle();
    if (file.writes()) {
      file.inode().addWriter();
    }
  }

  /** Ends a handle; {@code false} when {@link #get} would not find it. */
  boolean close(long handle, long node) {
    OpenFile file = get(handle, node);
    return file != OpenFile.UNKNOWN && end(handle, file);
  }

  /** Ends a handle that was noted in a journal and that nobody was told of; returns whose. */
  Inode discard(long handle) {
    OpenFile file = load(handle);
    if (file != OpenFile.UNKNOWN) {
      end(handle, file);
    }
    return file.inode();
  }

  private boolean end(long handle, OpenFile file) {
    if (!files.remove(handle, file)) {
      return false;
    }
    records.free(handle);
    file.inode().removeHandle();
    if (file.writes()) {
      file.inode().removeWriter();
    }
    file.release();
    return true;
  }

  // ---- succession ------------------------------------------------------------------------------

  /** Learns what a predecessor did to the records since this was called last. */
  void catchUp() {
    if (!records.changes(this::learn)) {
      for (long handle : files.keySetLong()) {
        learn(handle);
      }
      records.scan(this::load);
    }
  }

  private void learn(long handle) {
    if (records.find(handle) != 0) {
      load(handle);
      return;
    }
    if (records.isInUse(handle)) {
      return; // This process is making it known.
    }
    OpenFile gone = files.get(handle);
    if (gone != null) {
      end(handle, gone);
    }
  }

  /** Ends what no process ended; none but this one is running. */
  void freeAbandoned() {
    records.freeAbandoned();
  }

  /** How many files are open. */
  int size() {
    return files.size();
  }

  /** How many records of an earlier process were of files that are not known. */
  long ignoredRecords() {
    return ignoredRecords.sum();
  }

  /**
   * Closes every file that no operation uses, and the others with their operations. The records
   * stay.
   */
  @Override
  public void close() {
    for (long handle : files.keySetLong()) {
      OpenFile file = files.remove(handle);
      if (file != null) {
        file.release();
      }
    }
  }
}
