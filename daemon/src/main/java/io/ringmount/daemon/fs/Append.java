package io.ringmount.daemon.fs;

import io.ringmount.channels.Request;
import io.ringmount.channels.WriteReply;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.SharedMemory;
import io.ringmount.channels.linux.Statx;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/**
 * A write to the end of a file, of which a successor can tell whether it was done: the size before
 * is in the journal, so the data is in the file from there on, wholly or in part, or not at all.
 */
final class Append {
  /** How far behind the old end others may have written first, beside the data. */
  private static final int SEARCHED = 1 << 20;

  private Append() {}

  /**
   * Writes the data, or what is missing of it.
   *
   * @param fd of the file, acquired; released when it is no longer needed
   */
  static void write(
      Request request, OpenFile file, int fd, ByteBuffer data, long offset, WriteReply reply) {
    Scratch scratch = Scratch.get();
    Journal journal = scratch.journal.of(request);
    long result = FileOps.fstatx(fd, FileFlags.STATX_SIZE, scratch.statx);
    long size = Statx.size(scratch.statx);
    if (result >= 0 && !journal.isBegun(JournalLayout.APPEND)) {
      journal.size(size);
    }
    int present =
        result >= 0 && journal.begin(JournalLayout.APPEND)
            ? present(fd, journal.size(), size, data)
            : 0;
    if (result < 0 || present == 0) {
      reply.receive(file, data, offset, 0);
      return;
    }
    int whole = data.remaining();
    result = complete(fd, data.position(data.position() + present));
    file.release();
    if (result < 0) {
      Answers.error(reply, result);
    } else {
      reply.written(whole);
      reply.done();
    }
  }

  /** How much of the data, from its beginning, is in the file behind the old end. */
  private static int present(int fd, long before, long size, ByteBuffer data) {
    int wanted = data.remaining();
    int length = (int) Math.clamp(size - before, 0, (long) wanted + SEARCHED);
    ByteBuffer tail = ByteBuffer.allocateDirect(length);
    tail.limit(readable(fd, before, tail));
    for (int at = 0; at + wanted <= tail.limit(); at++) {
      if (same(tail, at, data, wanted)) {
        return wanted;
      }
    }
    // It was cut short only if nothing follows it. Where others wrote before it, the end must be
    // that of a page, where the kernel stops for a signal: else it may be theirs.
    if (before + tail.limit() != size) {
      return 0;
    }
    for (int part = Math.min(wanted, tail.limit()); part > 0; part--) {
      int at = tail.limit() - part;
      if ((at == 0 || size % SharedMemory.PAGE_SIZE == 0) && same(tail, at, data, part)) {
        return part;
      }
    }
    return 0;
  }

  private static boolean same(ByteBuffer tail, int at, ByteBuffer data, int length) {
    return tail.slice(at, length).mismatch(data.slice(data.position(), length)) < 0;
  }

  /** Reads from the file through a descriptor of its own: the handle may be open to write only. */
  private static int readable(int fd, long position, ByteBuffer into) {
    long reading =
        FileOps.openat(
            FileFlags.AT_FDCWD,
            Scratch.get().pathOf(fd),
            FileFlags.O_RDONLY | FileFlags.O_CLOEXEC,
            0);
    if (reading < 0) {
      return 0;
    }
    int done = 0;
    long result;
    do {
      result =
          FileOps.pread(
              (int) reading,
              BufferUtil.address(into) + done,
              into.capacity() - done,
              position + done);
      done += (int) Math.max(0, result);
    } while (result > 0 || result == -Errno.EINTR);
    FileOps.close((int) reading);
    return done;
  }

  private static long complete(int fd, ByteBuffer rest) {
    while (rest.hasRemaining()) {
      long address = BufferUtil.address(rest) + rest.position();
      long result = FileOps.pwrite(fd, address, rest.remaining(), 0);
      if (result > 0) {
        rest.position(rest.position() + (int) result);
      } else if (result != -Errno.EINTR) {
        return result == 0 ? -Errno.EIO : result;
      }
    }
    return 0;
  }
}
