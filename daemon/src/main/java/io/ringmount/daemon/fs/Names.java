package io.ringmount.daemon.fs;

import io.ringmount.channels.EntryReply;
import io.ringmount.channels.Name;
import io.ringmount.channels.Reply;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;

/** The operations on names of files that exist: find, remove, rename, link. */
final class Names {
  private final InodeTable inodes;
  private final Lookup lookup;
  private final Answers answers;

  Names(InodeTable inodes, Lookup lookup, Answers answers) {
    this.inodes = inodes;
    this.lookup = lookup;
    this.answers = answers;
  }

  void lookup(long parent, Name name, EntryReply reply) {
    Scratch scratch = Scratch.get();
    Inode directory = inodes.get(parent);
    int fd = directory.acquire(scratch);
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    try {
      lookup.answer(fd, name, reply, scratch);
    } finally {
      directory.release(fd);
    }
  }

  /**
   * @param flags 0, or {@code AT_REMOVEDIR} for a directory
   */
  void remove(long parent, Name name, int flags, Reply reply) {
    Answers.result(
        reply,
        inodes.get(parent).apply(Scratch.get(), fd -> FileOps.unlinkat(fd, name.address(), flags)));
  }

  /**
   * @param flags of renameat2(2)
   */
  void rename(long parent, Name name, long newParent, Name newName, int flags, Reply reply) {
    Scratch scratch = Scratch.get();
    Inode from = inodes.get(parent);
    Inode to = inodes.get(newParent);
    Answers.result(
        reply,
        from.apply(
            scratch,
            fromFd ->
                to.apply(
                    scratch,
                    toFd ->
                        FileOps.renameat2(
                            fromFd, name.address(), toFd, newName.address(), flags))));
  }

  void link(long node, long newParent, Name newName, EntryReply reply) {
    Scratch scratch = Scratch.get();
    Inode inode = inodes.get(node);
    Inode directory = inodes.get(newParent);
    int fd = inode.acquire(scratch);
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    try {
      long result =
          directory.apply(
              scratch,
              to ->
                  FileOps.linkat(
                      fd, FileOps.EMPTY_PATH, to, newName.address(), FileFlags.AT_EMPTY_PATH));
      if (result >= 0) {
        result = Answers.statx(fd, scratch);
      }
      if (result < 0) {
        Answers.error(reply, result);
      } else if (!inode.addLookup()) {
        reply.error(Errno.ESTALE);
      } else {
        // The new name is that of this node by what linkat(2) says; no need to look it up.
        answers.fill(reply.entry(), inode, scratch);
        reply.done();
      }
    } finally {
      inode.release(fd);
    }
  }
}
