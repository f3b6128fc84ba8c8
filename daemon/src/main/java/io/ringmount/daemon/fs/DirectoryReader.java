package io.ringmount.daemon.fs;

import io.ringmount.channels.DirectoryReply;
import io.ringmount.channels.Name;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.Dirent;
import io.ringmount.channels.wire.DirentPlus;
import io.ringmount.channels.wire.Entry;

/**
 * Lists directories.
 *
 * <p>The cookie of an entry is the backend's own position behind it ({@code d_off}). The stream of
 * an open directory is moved there only when it stands elsewhere; what was read from it and did not
 * fit into the reply is read again the next time.
 */
final class DirectoryReader {
  /** {@code struct linux_dirent64}. */
  private static final int INODE = 0;

  private static final int NEXT = 8;
  private static final int LENGTH = 16;
  private static final int TYPE = 18;
  private static final int NAME = 19;

  /** {@code DT_*} are bits 12 to 15 of a mode. */
  private static final int MODE_SHIFT = 12;

  /** Longest name of most file systems, in bytes. */
  private static final int LONGEST_NAME = 255;

  /** Fewest bytes to ask for: room for one entry with a name of any length. */
  private static final int SMALLEST_BATCH = 1024;

  /** An entry with attributes takes at least this many times the room of its directory entry. */
  private static final int GROWTH_WITH_ATTRIBUTES = 4;

  private final HandleTable handles;
  private final Lookup lookup;
  private final Answers answers;

  DirectoryReader(HandleTable handles, Lookup lookup, Answers answers) {
    this.handles = handles;
    this.lookup = lookup;
    this.answers = answers;
  }

  void read(long node, long handle, long cookie, DirectoryReply reply) {
    OpenFile directory = handles.get(handle, node);
    int fd = directory.acquire();
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    long result;
    try {
      // The kernel reads one open directory one at a time; the lock holds off what is not the
      // kernel.
      synchronized (directory) {
        result = fill(directory, fd, cookie, reply, Scratch.get());
      }
    } finally {
      directory.release();
    }
    Answers.result(reply, result);
  }

  private long fill(
      OpenFile directory, int fd, long cookie, DirectoryReply reply, Scratch scratch) {
    if (directory.position() != cookie) {
      long result = FileOps.lseek(fd, cookie, FileFlags.SEEK_SET);
      if (result < 0) {
        return result;
      }
    }
    directory.position(OpenFile.NOWHERE);
    int longest = size(reply, LONGEST_NAME);
    int room = reply.capacity();
    boolean any = false;
    do {
      long length = FileOps.getdents64(fd, scratch.entries, batch(reply, room));
      if (length <= 0) {
        return any ? 0 : length;
      }
      long position = cookie;
      for (long entry = scratch.entries; entry < scratch.entries + length; ) {
        Name name = scratch.name;
        int recordLength = Short.toUnsignedInt(Memory.getShort(entry + LENGTH));
        name.wrap(entry + NAME, Memory.stringLength(entry + NAME, recordLength - NAME));
        if (!reply.fits(name)) {
          return any ? 0 : -Errno.EINVAL;
        }
        if (add(directory, fd, entry, name, reply, scratch)) {
          any = true;
          room -= size(reply, name.length());
        }
        position = Memory.getLong(entry + NEXT);
        entry += recordLength;
      }
      directory.position(position);
    } while (room >= longest);
    return 0;
  }

  /** How many bytes of directory entries will about fill the room that is left. */
  private static int batch(DirectoryReply reply, int room) {
    int wanted = reply.withAttributes() ? room / GROWTH_WITH_ATTRIBUTES : room;
    return Math.clamp(wanted, SMALLEST_BATCH, Scratch.ENTRIES_SIZE);
  }

  private static int size(DirectoryReply reply, int nameLength) {
    return reply.withAttributes() ? DirentPlus.sizeOf(nameLength) : Dirent.sizeOf(nameLength);
  }

  /** Adds one entry; {@code false} when it turned out to be gone. */
  private boolean add(
      OpenFile directory, int fd, long entry, Name name, DirectoryReply reply, Scratch scratch) {
    if (reply.withAttributes() && !name.isDotOrDotDot()) {
      Inode inode = lookup.find(fd, name, scratch);
      if (inode != null) {
        answers.fill(reply.entry(), inode, scratch);
        reply.add(name, Memory.getLong(entry + NEXT));
        return true;
      }
      if (scratch.errno() == Errno.ENOENT) {
        return false;
      }
      Exhaustion.notice(scratch.errno());
    }
    // The directory that holds the source is nobody's business.
    boolean aboveRoot = directory.inode().isRoot() && name.length() == 2 && name.isDotOrDotDot();
    long number = aboveRoot ? directory.inode().number() : Memory.getLong(entry + INODE);
    Entry unknown = reply.entry();
    unknown
        .attributes()
        // No more is known of the entry's device than the directory's.
        .inode(directory.inode().device().visible(number))
        .mode(Byte.toUnsignedInt(Memory.getByte(entry + TYPE)) << MODE_SHIFT);
    reply.add(name, Memory.getLong(entry + NEXT));
    return true;
  }
}
