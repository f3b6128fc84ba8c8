package io.ringmount.bench.torture;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.Statx;

/**
 * Attributes of a file.
 *
 * @param inode its number
 * @param mode type and permissions
 * @param links names it has
 * @param size in bytes
 * @param modifiedSeconds since 1970
 * @param modifiedNanos and nanoseconds
 */
record Attributes(
    long inode, int mode, int links, long size, long modifiedSeconds, int modifiedNanos) {

  /** Reads a {@code struct statx}. */
  static Attributes at(long address) {
    return new Attributes(
        Statx.inode(address),
        Statx.mode(address),
        Statx.links(address),
        Statx.size(address),
        Statx.mtimeSeconds(address),
        Statx.mtimeNanos(address));
  }

  int permissions() {
    return mode & FileFlags.PERMISSIONS;
  }

  /** {@code S_IF*}. */
  int type() {
    return mode & FileFlags.S_IFMT;
  }
}
