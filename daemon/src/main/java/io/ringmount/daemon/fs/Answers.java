package io.ringmount.daemon.fs;

import io.ringmount.channels.AttributesReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.Reply;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Statx;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.Entry;

/** Fills replies from what the backend says. */
final class Answers {
  private final MirrorOptions options;
  private final Copies copies;

  Answers(MirrorOptions options, Copies copies) {
    this.options = options;
    this.copies = copies;
  }

  /**
   * Answers that an operation failed. Every failure of the backend passes here.
   *
   * @param result a negative error number
   */
  static void error(Reply reply, long result) {
    int errno = (int) -result;
    Exhaustion.notice(errno);
    reply.error(errno);
  }

  /** Answers with the outcome of a system call. */
  static void result(Reply reply, long result) {
    if (result < 0) {
      error(reply, result);
    } else {
      reply.done();
    }
  }

  /** Reads the attributes of an open file, also of an O_PATH descriptor, into the scratch. */
  static long statx(int fd, Scratch scratch) {
    return FileOps.fstatx(fd, FileFlags.STATX_BASIC_STATS, scratch.statx);
  }

  /** Answers with the present attributes of an inode, through a descriptor of its file. */
  void attributes(AttributesReply reply, Inode inode, int fd, Scratch scratch) {
    long result = statx(fd, scratch);
    if (result >= 0) {
      copies.seen(inode, scratch.statx);
      copy(inode, scratch.statx, reply.attributes());
      reply.timeout(attributesTimeoutNanos(scratch.statx));
    }
    result(reply, result);
  }

  /**
   * How long the kernel may trust attributes, in nanoseconds. Not at all when writing may take
   * set-user-id from the file and the kernel writes by itself: it does not look at the mode then,
   * but would execute the file with the old one.
   */
  long attributesTimeoutNanos(long statx) {
    boolean fleeting =
        options.passedThrough() == PassedThrough.SOURCE
            && (Statx.mode(statx) & FileFlags.S_IFMT) == FileFlags.S_IFREG
            && (Statx.mode(statx) & Passthrough.SET_ID) != 0;
    return fleeting ? 0 : options.attributesTimeoutNanos();
  }

  /** Fills an entry with an inode and the attributes in the scratch. */
  void fill(Entry entry, Inode inode, Scratch scratch) {
    copies.seen(inode, scratch.statx);
    entry
        .node(inode.node())
        .entryTimeout(options.entryTimeoutNanos())
        .attributesTimeout(attributesTimeoutNanos(scratch.statx));
    copy(inode, scratch.statx, entry.attributes());
  }

  /** Answers that a name does not exist; the kernel may remember that if the options say so. */
  void absent(EntryReply reply) {
    if (options.negativeTimeoutNanos() == 0) {
      reply.error(Errno.ENOENT);
    } else {
      reply.entry().node(0).entryTimeout(options.negativeTimeoutNanos());
      reply.done();
    }
  }

  private static void copy(Inode inode, long statx, Attributes attributes) {
    attributes
        .inode(inode.device().visible(Statx.inode(statx)))
        .size(Statx.size(statx))
        .blocks(Statx.blocks(statx))
        .accessTime(Statx.atimeSeconds(statx), Statx.atimeNanos(statx))
        .modificationTime(Statx.mtimeSeconds(statx), Statx.mtimeNanos(statx))
        .changeTime(Statx.ctimeSeconds(statx), Statx.ctimeNanos(statx))
        .mode(Statx.mode(statx))
        .links(Statx.links(statx))
        .uid(Statx.uid(statx))
        .gid(Statx.gid(statx))
        .device(Attributes.encodeDevice(Statx.rdevMajor(statx), Statx.rdevMinor(statx)))
        .blockSize(Statx.blockSize(statx));
  }
}
