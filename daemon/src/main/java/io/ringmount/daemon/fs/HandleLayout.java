package io.ringmount.daemon.fs;

/**
 * Layout of the record of an open file or directory, in a table of {@link TableLayout}.
 *
 * <pre>
 *  0    u64 life
 *  8    u64 node
 *  16   u32 flags of open(2) that the backend has it open with; O_DIRECTORY for a directory
 * </pre>
 */
final class HandleLayout {
  static final long MAGIC = 0x444e4148_474e4952L; // "RINGHAND"
  static final int VERSION = 2;
  static final int SIZE = 32;

  static final int NODE = 8;
  static final int FLAGS = 16;

  private HandleLayout() {}
}
