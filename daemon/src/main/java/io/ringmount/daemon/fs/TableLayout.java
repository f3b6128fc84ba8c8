package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.SharedMemory;

/**
 * Layout of a table of records that the processes that serve one mount after the other share. All
 * numbers are in the machine's byte order.
 *
 * <pre>
 *  page 0    0     u64 magic, u32 version, u32 bytes of a record, u64 records there is room for
 *            64    u64 index that no record from there on was ever taken
 *            128   u64 how many numbers came or went
 *            192   u64 generation: the processes that have served with it, the present one included
 *            256   u64 births, see {@link NodeLayout}
 *            1024  384 times u64: the table's own use, see {@link NodeLayout}
 *  page 1    8192 times u64: the numbers that came or went last, change n at place n mod 8192.
 *            Bit 63 is set on every other lap, the first among them: a place that was taken
 *            and not written yet is not mistaken for one that was
 *  page 17   record 0 (never used), record 1, ...
 *
 *  record    0     u64 life
 *            8     what the table is for
 *
 *  life      bits 26 to 62  how often the record was used before
 *            bits 2 to 25   generation of the process that took it
 *            bits 0 and 1   {@link #FREE}, {@link #TAKEN} or {@link #USED}
 * </pre>
 *
 * <p>The <em>number</em> of a record that is used: its index in bits 0 to 25, the rest from its
 * life. So a number is never given twice, and leads to its record without a search.
 *
 * <p>FREE becomes TAKEN by compare-and-set: then the record belongs to that process alone, which
 * fills it and then makes it USED. To end it, it is made FREE with the next life, before anything
 * else. So whatever moment a process dies at, every record is either whole or not used.
 */
final class TableLayout {
  static final int MAGIC = 0;
  static final int VERSION = 8;
  static final int RECORD_SIZE = 12;
  static final int CAPACITY = 16;
  static final int NEXT = 64;
  static final int CHANGES = 128;
  static final int GENERATION = 192;
  static final int BIRTHS = 256;
  static final int OWN = 1024;
  static final int OWN_COUNT = (SharedMemory.PAGE_SIZE - OWN) / Long.BYTES;

  static final int RING = SharedMemory.PAGE_SIZE;
  static final int RING_COUNT = 8192;
  static final int RECORDS = RING + RING_COUNT * Long.BYTES;

  static final int LIFE = 0;
  static final int INDEX_BITS = 26;
  static final long INDEX_MASK = (1L << INDEX_BITS) - 1;
  static final int GENERATION_SHIFT = 2;
  static final long STATE_MASK = 3;

  /** Anyone may take it. */
  static final int FREE = 0;

  /** A process is filling it. */
  static final int TAKEN = 1;

  /** It has a number. */
  static final int USED = 2;

  private static final long EVEN_LAP = Long.MIN_VALUE;

  private TableLayout() {}

  /** Bytes of a table, in whole pages. */
  static long size(int recordSize, long capacity) {
    long bytes = RECORDS + recordSize * capacity;
    return (bytes + SharedMemory.PAGE_SIZE - 1) / SharedMemory.PAGE_SIZE * SharedMemory.PAGE_SIZE;
  }

  static long state(long life) {
    return life & STATE_MASK;
  }

  /** The life of a record with the same past as {@code life}, in another state. */
  static long life(long life, long generation, int state) {
    return (life & ~INDEX_MASK) | (generation << GENERATION_SHIFT & INDEX_MASK) | state;
  }

  /** The life that comes after {@code life}, not begun yet. */
  static long next(long life) {
    return ((life & ~INDEX_MASK) + (1L << INDEX_BITS)) & Long.MAX_VALUE;
  }

  static long number(long life, int index) {
    return (life & ~INDEX_MASK) | index;
  }

  /** What the ring has at the place of a change that a number came or went with. */
  static long change(long number, long count) {
    return (count & RING_COUNT) == 0 ? number | EVEN_LAP : number;
  }

  /** The number that came or went with a change. */
  static long changed(long change) {
    return change & ~EVEN_LAP;
  }

  /** Whether a record with this life is the used one of that number, if the index is the same. */
  static boolean isOf(long number, long life) {
    return ((life ^ number) & ~INDEX_MASK) == 0 && state(life) == USED;
  }
}
