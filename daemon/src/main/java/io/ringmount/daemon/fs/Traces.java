package io.ringmount.daemon.fs;

import io.ringmount.channels.Name;
import io.ringmount.channels.Request;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.Statx;

/**
 * Recognises on the backend what an operation made whose process ended before it could say so: the
 * name is there, and what it means is of the right type, the caller's, and not older than the
 * operation.
 */
final class Traces {
  private static final int WANTED = FileFlags.STATX_BASIC_STATS | FileFlags.STATX_BTIME;
  private static final int BY_NAME = FileFlags.AT_SYMLINK_NOFOLLOW | FileFlags.AT_NO_AUTOMOUNT;

  /** Files are stamped with the time of the last tick, 100 of which a second are the fewest. */
  private static final long TICK_MILLIS = 10;

  private static final long MILLIS = 1000;
  private static final int NANOS_IN_MILLI = 1_000_000;

  private final Source source;

  Traces(Source source) {
    this.source = source;
  }

  /** Reads the attributes of a name into the scratch. */
  static long statx(int directory, Name name, Scratch scratch) {
    return FileOps.statx(directory, name.address(), BY_NAME, WANTED, scratch.statx);
  }

  /** Whether a name is what the request, begun by an earlier process, would have made. */
  boolean isMade(
      Request request, Journal journal, int directory, Name name, int type, Scratch scratch) {
    return statx(directory, name, scratch) >= 0
        && scratch.type() == type
        // Of others' clocks and users nothing is known.
        && (source.isShared()
            || (Statx.uid(scratch.statx) == request.uid() && isSince(journal, scratch.statx)));
  }

  private static boolean isSince(Journal journal, long statx) {
    boolean born = (Statx.mask(statx) & FileFlags.STATX_BTIME) != 0;
    long seconds = born ? Statx.btimeSeconds(statx) : Statx.ctimeSeconds(statx);
    int nanos = born ? Statx.btimeNanos(statx) : Statx.ctimeNanos(statx);
    long earliest = journal.time() - TICK_MILLIS;
    // No nanoseconds: the file system may count whole seconds.
    return nanos == 0
        ? seconds >= earliest / MILLIS
        : seconds * MILLIS + nanos / NANOS_IN_MILLI >= earliest;
  }

  /** Whether the symbolic link of a name says {@code target}. */
  static boolean says(int directory, Name link, Name target, Scratch scratch) {
    long length =
        FileOps.readlinkat(directory, link.address(), scratch.entries, Scratch.ENTRIES_SIZE);
    if (length != target.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (Memory.getByte(scratch.entries + i) != target.byteAt(i)) {
        return false;
      }
    }
    return true;
  }
}
