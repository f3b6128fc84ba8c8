package io.ringmount.daemon.fs;

import org.jctools.maps.NonBlockingHashMapLong;

/**
 * A file system inside the source: the source's own, and those that are mounted below it.
 *
 * <p>To applications the mount is one device, on which an inode number means one file: {@code tar}
 * and {@code cp -a} take files with several links and equal numbers for one. Each file system
 * numbers its files alone, so {@link #visible} mixes the device's place in the order of first sight
 * into bits 48 to 63, which few file systems use. The source's own device is 0: its numbers stay as
 * they are.
 */
final class Device {
  private static final int INDEX_SHIFT = 48;

  private final long bits;

  /** The files of this device that the kernel knows, by inode number. */
  final NonBlockingHashMapLong<Inode> inodes;

  private final boolean memory;

  /**
   * @param index place in the order of first sight, the same in every process that serves the
   *     mount; from 65536 on they repeat
   * @param memory whether it is known to have nothing but memory behind its files
   * @param expected about how many of its files will be known
   */
  Device(int index, boolean memory, int expected) {
    this.bits = (long) index << INDEX_SHIFT;
    this.memory = memory;
    this.inodes = new NonBlockingHashMapLong<>(expected);
  }

  /** Whether it is known that reading its files never waits. */
  boolean isMemory() {
    return memory;
  }

  /** The inode number that applications see for the device's own {@code number}. */
  long visible(long number) {
    return number ^ bits;
  }
}
