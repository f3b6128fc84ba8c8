package io.ringmount.daemon.fs;

import io.ringmount.channels.AttributesReply;
import io.ringmount.channels.DataReply;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.Request;
import io.ringmount.channels.StatfsReply;
import io.ringmount.channels.StatxReply;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.StatFs;
import io.ringmount.channels.linux.Statx;
import io.ringmount.channels.wire.SetattrIn;
import io.ringmount.channels.wire.SetattrValid;
import io.ringmount.channels.wire.StatxOut;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/** The operations that tell or change what is known about a file, its content aside. */
final class FileAttributes {
  private final InodeTable inodes;
  private final HandleTable handles;
  private final Answers answers;
  private final Copies copies;

  FileAttributes(InodeTable inodes, HandleTable handles, Answers answers, Copies copies) {
    this.copies = copies;
    this.inodes = inodes;
    this.handles = handles;
    this.answers = answers;
  }

  void get(long node, long handle, AttributesReply reply) {
    Scratch scratch = Scratch.get();
    if (handle != FileSystem.NO_HANDLE) {
      OpenFile file = handles.get(handle, node);
      int fd = file.acquire();
      if (fd < 0) {
        Answers.error(reply, fd);
        return;
      }
      try {
        answers.attributes(reply, file.inode(), fd, scratch);
      } finally {
        file.release();
      }
      return;
    }
    Inode inode = inodes.get(node);
    int fd = inode.acquire(scratch);
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    try {
      answers.attributes(reply, inode, fd, scratch);
    } finally {
      inode.release(fd);
    }
  }

  /**
   * @param mask {@code STATX_*} bits of what is wanted
   */
  void statx(long node, long handle, int mask, StatxReply reply) {
    long result;
    if (handle != FileSystem.NO_HANDLE) {
      OpenFile file = handles.get(handle, node);
      result = file.apply(fd -> statx(file.inode(), fd, mask, reply.statx()));
    } else {
      Inode inode = inodes.get(node);
      result = inode.apply(Scratch.get(), fd -> statx(inode, fd, mask, reply.statx()));
    }
    Answers.result(reply, result);
  }

  private long statx(Inode inode, int fd, int mask, StatxOut out) {
    long result = FileOps.fstatx(fd, mask | FileFlags.STATX_BASIC_STATS, out.statx());
    if (result >= 0) {
      copies.seen(inode, out.statx());
      out.inode(inode.device().visible(Statx.inode(out.statx())));
      out.timeout(answers.attributesTimeoutNanos(out.statx()));
    }
    return result;
  }

  void set(Request request, long node, SetattrIn change, AttributesReply reply) {
    Scratch scratch = Scratch.get();
    OpenFile file =
        (change.valid() & SetattrValid.HANDLE) != 0
            ? handles.get(change.handle(), node)
            : OpenFile.UNKNOWN;
    int fd = file.acquire();
    if (fd >= 0) {
      try {
        set(request, fd, true, file.inode(), change, reply, scratch);
      } finally {
        file.release();
      }
      return;
    }
    Inode inode = inodes.get(node);
    fd = inode.acquire(scratch);
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    try {
      set(request, fd, false, inode, change, reply, scratch);
    } finally {
      inode.release(fd);
    }
  }

  private void set(
      Request request,
      int fd,
      boolean open,
      Inode inode,
      SetattrIn change,
      AttributesReply reply,
      Scratch scratch) {
    boolean resizes = (change.valid() & SetattrValid.SIZE) != 0;
    if (resizes) {
      copies.beginChange(inode);
    }
    long result;
    try {
      result = AttributeChange.apply(request, fd, open, inode.type(), change, scratch);
    } finally {
      if (resizes) {
        inode.removeWriter();
      }
    }
    if (result < 0) {
      Answers.error(reply, result);
    } else {
      answers.attributes(reply, inode, fd, scratch);
    }
  }

  void readlink(long node, DataReply reply) {
    Inode inode = inodes.get(node);
    int type = inode.type();
    ByteBuffer buffer = reply.buffer();
    int start = buffer.position();
    long result =
        inode.apply(
            Scratch.get(),
            fd ->
                type == FileFlags.S_IFLNK
                    ? FileOps.readlinkat(
                        fd,
                        FileOps.EMPTY_PATH,
                        BufferUtil.address(buffer) + start,
                        buffer.remaining())
                    : -Errno.EINVAL);
    if (result >= 0) {
      buffer.position(start + (int) result);
    }
    Answers.result(reply, result);
  }

  void statfs(long node, StatfsReply reply) {
    Scratch scratch = Scratch.get();
    long result = inodes.get(node).apply(scratch, fd -> FileOps.fstatfs(fd, scratch.statfs));
    if (result >= 0) {
      long from = scratch.statfs;
      reply
          .statfs()
          .blocks(StatFs.blocks(from))
          .freeBlocks(StatFs.blocksFree(from))
          .availableBlocks(StatFs.blocksAvailable(from))
          .files(StatFs.files(from))
          .freeFiles(StatFs.filesFree(from))
          .blockSize((int) StatFs.blockSize(from))
          .nameLength((int) StatFs.nameLength(from))
          .fragmentSize((int) StatFs.fragmentSize(from));
    }
    Answers.result(reply, result);
  }
}
