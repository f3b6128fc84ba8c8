package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import java.io.IOException;
import java.util.function.LongConsumer;

/**
 * A table of records in shared memory that outlives the process, see {@link TableLayout}. Takes and
 * frees records without a lock; two processes may do so at a time.
 */
final class RecordTable implements AutoCloseable {
  private final Shape shape;
  private final SharedMemory memory;
  private final long header;
  private final long records;
  private final int capacity;
  private final FreeList free;

  /** Of this process; 0 until it serves. */
  private volatile long generation;

  /** How many changes {@link #changes} has told of for the last time. */
  private long seen;

  /** What a table is for; a table of another shape is refused. */
  record Shape(String name, long magic, int version, int recordSize) {}

  private RecordTable(Shape shape, SharedMemory memory, int capacity) throws LinuxException {
    this.shape = shape;
    this.memory = memory;
    this.header = memory.address();
    this.records = header + TableLayout.RECORDS;
    this.capacity = capacity;
    this.free = new FreeList(capacity);
    long changes = Memory.getLongAcquire(header + TableLayout.CHANGES);
    this.seen = settled(changes - TableLayout.RING_COUNT, changes, _ -> {});
  }

  /**
   * An empty table.
   *
   * @param capacity how many records, 2 to 2^26; only those that are used take memory
   */
  static RecordTable create(Shape shape, int capacity) throws LinuxException {
    SharedMemory memory =
        SharedMemory.create(
            "ringmount-" + shape.name(), TableLayout.size(shape.recordSize(), capacity));
    try {
      memory.seal();
      memory.map();
      long header = memory.address();
      Memory.putInt(header + TableLayout.VERSION, shape.version());
      Memory.putInt(header + TableLayout.RECORD_SIZE, shape.recordSize());
      Memory.putLong(header + TableLayout.CAPACITY, capacity);
      Memory.putLong(header + TableLayout.NEXT, 1);
      Memory.putLongRelease(header + TableLayout.MAGIC, shape.magic());
      RecordTable table = new RecordTable(shape, memory, capacity);
      table.takeOver();
      return table;
    } catch (LinuxException e) {
      memory.close();
      throw e;
    }
  }

  /**
   * The table that an earlier process made.
   *
   * @param fd owned by the result from now on, or closed when this method throws
   * @throws IOException it is not such a table, with the reason
   */
  static RecordTable adopt(Shape shape, int fd) throws IOException {
    SharedMemory memory = SharedMemory.adopt(fd);
    try {
      String mistake = memory.isSealed() ? null : "its size is not fixed";
      if (mistake == null && memory.length() < TableLayout.RECORDS) {
        mistake = "it has only " + memory.length() + " bytes";
      }
      if (mistake == null) {
        memory.map();
        mistake = mistakeIn(memory, shape);
      }
      if (mistake != null) {
        throw new IOException("the table of " + shape.name() + " cannot be used: " + mistake);
      }
      long capacity = Memory.getLong(memory.address() + TableLayout.CAPACITY);
      return new RecordTable(shape, memory, (int) capacity);
    } catch (IOException e) {
      memory.close();
      throw e;
    }
  }

  /** What is wrong with the header; {@code null} if nothing is. */
  private static String mistakeIn(SharedMemory memory, Shape shape) {
    long header = memory.address();
    if (Memory.getLongAcquire(header + TableLayout.MAGIC) != shape.magic()) {
      return "it is something else";
    }
    int version = Memory.getInt(header + TableLayout.VERSION);
    if (version != shape.version()) {
      return "version " + version + ", this program knows " + shape.version();
    }
    int recordSize = Memory.getInt(header + TableLayout.RECORD_SIZE);
    if (recordSize != shape.recordSize()) {
      return "records of " + recordSize + " bytes, not " + shape.recordSize();
    }
    long capacity = Memory.getLong(header + TableLayout.CAPACITY);
    if (capacity < 2
        || capacity > 1L << TableLayout.INDEX_BITS
        || memory.length() != TableLayout.size(recordSize, capacity)) {
      return "room for " + capacity + " records in " + memory.length() + " bytes";
    }
    long next = Memory.getLongAcquire(header + TableLayout.NEXT);
    return next < 1 || next > capacity ? next + " of " + capacity + " records in use" : null;
  }

  /** Stays owned by this object. */
  int fd() {
    return memory.fd();
  }

  /** Address of the header. */
  long header() {
    return header;
  }

  /** From now on this process takes records, as another generation than those before. */
  void takeOver() {
    generation = Memory.getAndAddLong(header + TableLayout.GENERATION, 1) + 1;
  }

  // ---- records ---------------------------------------------------------------------------------

  /**
   * A record for the caller to fill and {@link #publish}.
   *
   * @return its address, 0 when all are in use
   */
  long take() {
    while (true) {
      int index = free.pop();
      if (index == 0) {
        index = unused();
        if (index == 0) {
          return 0;
        }
      }
      long record = address(index);
      long life = Memory.getLongAcquire(record);
      // Else another process has it: of what is in the list, its life alone says whether it is
      // free.
      if (TableLayout.state(life) == TableLayout.FREE
          && Memory.compareAndSetLong(
              record, life, TableLayout.life(life, generation, TableLayout.TAKEN))) {
        return record;
      }
    }
  }

  /** Index of a record that was never taken; 0 when there is none. */
  private int unused() {
    while (true) {
      long next = Memory.getLongAcquire(header + TableLayout.NEXT);
      if (next >= capacity) {
        return 0;
      }
      if (Memory.compareAndSetLong(header + TableLayout.NEXT, next, next + 1)) {
        return (int) next;
      }
    }
  }

  /** The number of a record that the caller took. */
  long number(long record) {
    return TableLayout.number(Memory.getLongAcquire(record), index(record));
  }

  /** Makes a record that was taken and filled the one of its number. */
  void publish(long record) {
    long life = Memory.getLongAcquire(record);
    note(TableLayout.number(life, index(record)));
    Memory.putLongRelease(record, TableLayout.life(life, generation, TableLayout.USED));
  }

  /** Ends a number; {@code false} when it had ended before. */
  boolean free(long number) {
    int index = (int) (number & TableLayout.INDEX_MASK);
    long record = address(index);
    long life = Memory.getLongAcquire(record);
    if (!TableLayout.isOf(number, life)
        || !Memory.compareAndSetLong(record, life, TableLayout.next(life))) {
      return false;
    }
    note(number);
    free.push(index);
    return true;
  }

  /** Takes back a record that was taken and not published. */
  void giveBack(long record) {
    Memory.putLongRelease(record, TableLayout.next(Memory.getLongAcquire(record)));
    free.push(index(record));
  }

  /** Address of the record of a number; 0 when nothing has that number. */
  long find(long number) {
    long index = number & TableLayout.INDEX_MASK;
    if (index == 0 || index >= Memory.getLongAcquire(header + TableLayout.NEXT)) {
      return 0;
    }
    long record = address((int) index);
    return isOf(record, number) ? record : 0;
  }

  /** Whether a record, which has been that of {@code number}, still is. */
  static boolean isOf(long record, long number) {
    return TableLayout.isOf(number, Memory.getLongAcquire(record));
  }

  // ---- succession ------------------------------------------------------------------------------

  /** Shows every number in use, and learns which records are free. */
  void scan(LongConsumer numbers) {
    int next = next();
    for (int index = 1; index < next; index++) {
      long life = Memory.getLongAcquire(address(index));
      if (TableLayout.state(life) == TableLayout.USED) {
        numbers.accept(TableLayout.number(life, index));
      } else if (TableLayout.state(life) == TableLayout.FREE) {
        free.push(index);
      }
    }
  }

  /** Frees what other processes took and did not publish; none of them may be running. */
  void freeAbandoned() {
    int next = next();
    long mine = TableLayout.life(0, generation, TableLayout.TAKEN);
    for (int index = 1; index < next; index++) {
      long record = address(index);
      long life = Memory.getLongAcquire(record);
      if (TableLayout.state(life) == TableLayout.TAKEN
          && (life & TableLayout.INDEX_MASK) != mine
          && Memory.compareAndSetLong(record, life, TableLayout.next(life))) {
        free.push(index);
      }
    }
  }

  /**
   * Shows the numbers that came or went since this was called last, some of them again: what others
   * are in the middle of is shown when it is done. One thread at a time.
   *
   * @return {@code false}, and nothing is shown, when they were too many to be kept
   */
  boolean changes(LongConsumer numbers) {
    long from = seen;
    long to = Memory.getLongAcquire(header + TableLayout.CHANGES);
    if (to - from > TableLayout.RING_COUNT || to < from) {
      seen = settled(to - TableLayout.RING_COUNT, to, _ -> {});
      return false;
    }
    seen = settled(from, to, numbers);
    return true;
  }

  /**
   * Shows the numbers of changes.
   *
   * @return which is the first that somebody is in the middle of; {@code to} when none is
   */
  private long settled(long from, long to, LongConsumer numbers) {
    long first = to;
    for (long i = Math.max(0, from); i < to; i++) {
      long change = Memory.getLongAcquire(ring(i));
      long number = TableLayout.changed(change);
      if (change != TableLayout.change(number, i) || isTaken(number)) {
        first = Math.min(first, i);
      } else {
        numbers.accept(number);
      }
    }
    return first;
  }

  /** Whether a number has a record, or one that is being made known. */
  boolean isInUse(long number) {
    // In this order: one becomes the other meanwhile.
    return isTaken(number) || find(number) != 0;
  }

  /** Whether the record of a number is being made known. */
  private boolean isTaken(long number) {
    long index = number & TableLayout.INDEX_MASK;
    if (index >= capacity) {
      return false;
    }
    long life = Memory.getLongAcquire(address((int) index));
    return TableLayout.state(life) == TableLayout.TAKEN
        && TableLayout.number(life, (int) index) == number;
  }

  private void note(long number) {
    long count = Memory.getAndAddLong(header + TableLayout.CHANGES, 1);
    Memory.putLongRelease(ring(count), TableLayout.change(number, count));
  }

  private long ring(long count) {
    return header + TableLayout.RING + (count & (TableLayout.RING_COUNT - 1)) * Long.BYTES;
  }

  /** How many records were ever taken. */
  int extent() {
    return next() - 1;
  }

  private int next() {
    return (int) Math.min(Memory.getLongAcquire(header + TableLayout.NEXT), capacity);
  }

  private long address(int index) {
    return records + (long) shape.recordSize() * index;
  }

  private int index(long record) {
    return (int) ((record - records) / shape.recordSize());
  }

  /** Closes its descriptors; threads that are late may go on to use it. */
  void leaveMapped() {
    free.leaveMapped();
    memory.leaveMapped();
  }

  /** Unmaps it; what it says stays for whoever has the descriptor. */
  @Override
  public void close() throws LinuxException {
    free.close();
    memory.close();
  }
}
