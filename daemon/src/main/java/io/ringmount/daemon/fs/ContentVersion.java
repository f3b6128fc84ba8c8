package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Statx;
import io.ringmount.daemon.cache.FileVersion;

/**
 * A number for what a file contains: the same one as before means the same content. It is made of
 * size, time of modification and time of change, of which the last changes with every other.
 */
final class ContentVersion {
  /** Of a file of which it cannot be told: equals no version. */
  static final long UNKNOWN = 0;

  private ContentVersion() {}

  /** The version of an open file, as its server has it now. Overwrites the scratch's attributes. */
  static long of(int fd, Scratch scratch) {
    int now = FileFlags.AT_EMPTY_PATH | FileFlags.AT_STATX_FORCE_SYNC;
    long at = scratch.statx;
    if (FileOps.statx(fd, FileOps.EMPTY_PATH, now, FileVersion.WANTED, at) < 0
        || (Statx.mask(at) & FileVersion.WANTED) != FileVersion.WANTED) {
      return UNKNOWN;
    }
    return told(scratch);
  }

  /** The version that the attributes in the scratch tell: size and times, just asked for. */
  static long told(Scratch scratch) {
    long at = scratch.statx;
    if (!FileVersion.isSettled(Statx.mtimeSeconds(at), Statx.ctimeSeconds(at))) {
      return UNKNOWN;
    }
    long version = mix(Statx.size(at));
    version = mix(version ^ Statx.mtimeSeconds(at));
    version = mix(version ^ Statx.mtimeNanos(at));
    version = mix(version ^ Statx.ctimeSeconds(at));
    version = mix(version ^ Statx.ctimeNanos(at));
    return version == UNKNOWN ? 1 : version;
  }

  /** The finalizer of MurmurHash3, {@code fmix64}. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
