package io.ringmount.daemon.fs;

/**
 * Layout of the record of a file that the kernel knows, in a table of {@link TableLayout}.
 *
 * <pre>
 *  0    u64 life
 *  8    u64 lookups: bits 0 to 39 their count, bits 40 to 63 the record's life (its lowest bits)
 *  16   u64 flags: bits 0 to 39 {@link #KEPT}, bits 40 to 63 as above
 *  24   u64 device, as {@code Statx.device}
 *  32   u64 inode number
 *  40   u64 birth: files with a smaller one were in the table before
 *  48   u32 type bits of the mode
 *  52   s32 number of its backing file, see {@link Passthrough}; below 0 while that is closed
 *  56   struct file_handle: u32 bytes behind its head (0: none), s32 type, at most 128 bytes
 * </pre>
 *
 * <p>Lookups and flags carry the life because they change without owning the record: who comes too
 * late does not touch the next file that uses it.
 *
 * <p>The header's own words are the devices of the files in the order of first sight, with bit 63
 * set: what inode numbers applications see depends on that order.
 */
final class NodeLayout {
  static final long MAGIC = 0x45444f4e_474e4952L; // "RINGNODE"
  static final int VERSION = 2;
  static final int SIZE = 192;

  static final int LOOKUPS = 8;
  static final int FLAGS = 16;
  static final int DEVICE = 24;
  static final int INODE = 32;
  static final int BIRTH = 40;
  static final int TYPE = 48;
  static final int BACKING = 52;
  static final int HANDLE = 56;

  static final int COUNT_BITS = 40;
  static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

  /** An O_PATH descriptor of the file is in custody. */
  static final long KEPT = 1;

  static final long DEVICE_KNOWN = 1L << 63;

  private NodeLayout() {}

  /** The upper bits of lookups and flags in the life of {@code node}. */
  static long tag(long node) {
    return node >>> TableLayout.INDEX_BITS << COUNT_BITS;
  }
}
