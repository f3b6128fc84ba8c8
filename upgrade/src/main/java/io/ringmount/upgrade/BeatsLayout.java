package io.ringmount.upgrade;

/**
 * The heartbeat's memory: one line for the whole, then one for each thread, so that no two threads
 * write to the same cache line.
 *
 * <pre>
 *   header  0  u32 magic "RMBT"   4  u32 version   8  u32 number of threads   12  u32 limit in ms
 *   line    0  u64 beats          8  u32 thread id, 0 for none
 * </pre>
 */
final class BeatsLayout {
  static final int MAGIC = 0x54424d52;
  static final int VERSION = 1;
  static final int LINE = 64;

  static final int HEADER_MAGIC = 0;
  static final int HEADER_VERSION = 4;
  static final int HEADER_THREADS = 8;
  static final int HEADER_LIMIT = 12;

  static final int LINE_BEATS = 0;
  static final int LINE_THREAD = 8;

  /** Most threads. */
  static final int MOST = 4096;

  private BeatsLayout() {}

  static long line(int index) {
    return (long) LINE * (index + 1);
  }
}
