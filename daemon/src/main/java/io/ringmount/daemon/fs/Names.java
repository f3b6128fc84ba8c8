package io.ringmount.daemon.fs;

import io.ringmount.channels.EntryReply;
import io.ringmount.channels.Name;
import io.ringmount.channels.Reply;
import io.ringmount.channels.Request;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Statx;

/** The operations on names of files that exist: find, remove, rename, link. */
final class Names {
  /** With one of these a rename removes no name. */
  private static final int KEEPS_TARGET = FileFlags.RENAME_NOREPLACE | FileFlags.RENAME_EXCHANGE;

  private final InodeTable inodes;
  private final Lookup lookup;
  private final Answers answers;
  private final Nameless nameless;

  Names(InodeTable inodes, Lookup lookup, Answers answers, Nameless nameless) {
    this.inodes = inodes;
    this.lookup = lookup;
    this.answers = answers;
    this.nameless = nameless;
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
  void remove(Request request, long parent, Name name, int flags, Reply reply) {
    Scratch scratch = Scratch.get();
    Answers.result(
        reply, inodes.get(parent).apply(scratch, fd -> remove(request, fd, name, flags, scratch)));
  }

  private long remove(Request request, int directory, Name name, int flags, Scratch scratch) {
    if (!nameless.matter()) {
      return FileOps.unlinkat(directory, name.address(), flags);
    }
    Journal journal = scratch.journal.of(request);
    boolean resumed = journal.isBegun(JournalLayout.REMOVE);
    if (resumed && journal.outcome() != Journal.UNKNOWN) {
      return Math.min(journal.outcome(), 0);
    }
    long found = Traces.statx(directory, name, scratch);
    if (resumed && (found == -Errno.ENOENT || !journal.isSubject(scratch.statx))) {
      return journal.outcome(0);
    }
    if (found >= 0) {
      nameless.losesName(scratch);
      if (!resumed) {
        journal.subject(scratch.statx);
        journal.begin(JournalLayout.REMOVE);
      }
    }
    return journal.outcome(FileOps.unlinkat(directory, name.address(), flags));
  }

  /**
   * @param flags of renameat2(2)
   */
  void rename(
      Request request,
      long parent,
      Name name,
      long newParent,
      Name newName,
      int flags,
      Reply reply) {
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
                    toFd -> rename(request, fromFd, name, toFd, newName, flags, scratch))));
  }

  private long rename(
      Request request, int from, Name name, int to, Name newName, int flags, Scratch scratch) {
    if (!nameless.matter()) {
      return FileOps.renameat2(from, name.address(), to, newName.address(), flags);
    }
    Journal journal = scratch.journal.of(request);
    boolean resumed = journal.isBegun(JournalLayout.RENAME);
    if (resumed && journal.outcome() != Journal.UNKNOWN) {
      return Math.min(journal.outcome(), 0);
    }
    long found = Traces.statx(from, name, scratch);
    boolean moved = resumed && (found < 0 || !journal.isSubject(scratch.statx));
    if (found >= 0 && !resumed) {
      journal.subject(scratch.statx);
      journal.begin(JournalLayout.RENAME);
    }
    long replaced = Traces.statx(to, newName, scratch);
    if (moved && replaced >= 0 && journal.isSubject(scratch.statx)) {
      return journal.outcome(0);
    }
    if (replaced >= 0 && (flags & KEEPS_TARGET) == 0) {
      nameless.losesName(scratch);
    }
    return journal.outcome(FileOps.renameat2(from, name.address(), to, newName.address(), flags));
  }

  void link(Request request, long node, long newParent, Name newName, EntryReply reply) {
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
          directory.apply(scratch, to -> linkOnce(request, inode, fd, to, newName, scratch));
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

  private static long linkOnce(
      Request request, Inode inode, int fd, int to, Name newName, Scratch scratch) {
    Journal journal = scratch.journal.of(request);
    boolean resumed = journal.begin(JournalLayout.LINK);
    if (resumed && journal.outcome() != Journal.UNKNOWN) {
      return journal.outcome();
    }
    long result =
        FileOps.linkat(fd, FileOps.EMPTY_PATH, to, newName.address(), FileFlags.AT_EMPTY_PATH);
    if (resumed && result == -Errno.EEXIST && isInode(inode, to, newName, scratch)) {
      result = 0;
    }
    return journal.outcome(result);
  }

  private static boolean isInode(Inode inode, int directory, Name name, Scratch scratch) {
    return Traces.statx(directory, name, scratch) >= 0
        && Statx.inode(scratch.statx) == inode.number()
        && scratch.type() == inode.type()
        && inode.isAt(directory, name.address(), 0, scratch);
  }
}
