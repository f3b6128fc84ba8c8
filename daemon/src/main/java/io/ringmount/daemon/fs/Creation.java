package io.ringmount.daemon.fs;

import io.ringmount.channels.CreateReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.Name;
import io.ringmount.channels.Request;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;

/**
 * The operations that make new files, in the caller's name. None is made that could not be given a
 * node.
 */
final class Creation {
  private final InodeTable inodes;
  private final Lookup lookup;
  private final Answers answers;
  private final OpenFiles files;
  private final Traces traces;
  private final Caller caller = new Caller();

  Creation(InodeTable inodes, Lookup lookup, Answers answers, OpenFiles files, Traces traces)
      throws LinuxException {
    this.inodes = inodes;
    this.lookup = lookup;
    this.answers = answers;
    this.files = files;
    this.traces = traces;
  }

  /** One system call that makes a name in a directory. */
  @FunctionalInterface
  private interface Make {
    long in(int directory);
  }

  /** Whether a name in a directory is what that call makes. */
  @FunctionalInterface
  private interface Made {
    boolean in(int directory, Scratch scratch);
  }

  void symlink(Request request, long parent, Name name, Name target, EntryReply reply) {
    make(
        request,
        parent,
        name,
        directory -> FileOps.symlinkat(target.address(), directory, name.address()),
        (directory, scratch) ->
            isMade(request, directory, name, FileFlags.S_IFLNK, scratch)
                && Traces.says(directory, name, target, scratch),
        reply);
  }

  void mknod(Request request, long parent, Name name, int mode, int device, EntryReply reply) {
    make(
        request,
        parent,
        name,
        directory -> FileOps.mknodat(directory, name.address(), mode, device),
        (directory, scratch) -> isMade(request, directory, name, mode & FileFlags.S_IFMT, scratch),
        reply);
  }

  void mkdir(Request request, long parent, Name name, int mode, EntryReply reply) {
    make(
        request,
        parent,
        name,
        directory -> FileOps.mkdirat(directory, name.address(), mode & FileFlags.PERMISSIONS),
        (directory, scratch) -> isMade(request, directory, name, FileFlags.S_IFDIR, scratch),
        reply);
  }

  private boolean isMade(Request request, int directory, Name name, int type, Scratch scratch) {
    return traces.isMade(request, scratch.journal, directory, name, type, scratch);
  }

  private void make(
      Request request, long parent, Name name, Make call, Made made, EntryReply reply) {
    Scratch scratch = Scratch.get();
    Inode directory = inodes.get(parent);
    int fd = directory.acquire(scratch);
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    try {
      long result = makeOnce(request, directory, fd, call, made, scratch);
      if (result < 0) {
        Answers.error(reply, result);
      } else {
        lookup.answer(fd, name, reply, scratch);
      }
    } finally {
      directory.release(fd);
    }
  }

  private long makeOnce(
      Request request, Inode directory, int fd, Make call, Made made, Scratch scratch) {
    Journal journal = scratch.journal.of(request);
    boolean resumed = begin(journal, JournalLayout.MAKE);
    if (resumed && journal.outcome() != Journal.UNKNOWN) {
      return journal.outcome();
    }
    long result =
        inodes.hasRoom(directory) ? caller.run(request, scratch, () -> call.in(fd)) : -Errno.ENFILE;
    if (resumed && result == -Errno.EEXIST && made.in(fd, scratch)) {
      result = 0;
    }
    return journal.outcome(result);
  }

  private static boolean begin(Journal journal, int kind) {
    if (!journal.isBegun(kind)) {
      journal.now();
    }
    return journal.begin(kind);
  }

  // ---- create ----------------------------------------------------------------------------------

  /**
   * Opens a file, made if it is missing.
   *
   * @param killPrivileges take set-user-id and set-group-id from a file that existed and that
   *     O_TRUNC emptied; a new one keeps what its mode asks for
   */
  void create(
      Request request,
      long parent,
      Name name,
      int mode,
      int flags,
      boolean killPrivileges,
      CreateReply reply) {
    Scratch scratch = Scratch.get();
    Inode directory = inodes.get(parent);
    int fd = directory.acquire(scratch);
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    long opened;
    try {
      opened = open(request, directory, fd, name, mode, flags, killPrivileges, scratch);
    } finally {
      directory.release(fd);
    }
    if (opened < 0) {
      Answers.error(reply, opened);
      return;
    }
    answer(request, (int) opened, flags, false, reply, scratch);
  }

  private long open(
      Request request,
      Inode directory,
      int fd,
      Name name,
      int mode,
      int flags,
      boolean killPrivileges,
      Scratch scratch) {
    Journal journal = scratch.journal.of(request);
    CreateOrOpen opening = new CreateOrOpen(fd, name, mode, flags, scratch);
    if (begin(journal, JournalLayout.CREATE)) {
      files.discard(journal);
      long outcome = journal.outcome();
      if (outcome < 0) {
        return outcome;
      }
      if (outcome == Journal.DONE
          || (outcome == Journal.UNKNOWN
              && isMade(request, fd, name, FileFlags.S_IFREG, scratch))) {
        // Not in the caller's name: its mode need not let the caller open it again.
        long opened = opening.reopen();
        if (opened != -Errno.ENOENT) {
          return opened;
        }
      } else if (outcome == Journal.EXISTED) {
        return caller.run(request, scratch, opening::reopen);
      }
    }
    long opened = inodes.hasRoom(directory) ? caller.run(request, scratch, opening) : -Errno.ENFILE;
    if (opened >= 0 && opening.existed() && killPrivileges && (flags & FileFlags.O_TRUNC) != 0) {
      // Not in the caller's name: who may write a file need not own it.
      opened = OpenFiles.clearPrivileges(request, (int) opened, scratch);
    }
    return journal.outcome(opened, opening.existed() ? Journal.EXISTED : Journal.DONE);
  }

  /** Opens a new file that has no name, and perhaps never gets one. */
  void tmpfile(Request request, long parent, int mode, int flags, CreateReply reply) {
    Scratch scratch = Scratch.get();
    if (scratch.journal.of(request).begin(JournalLayout.TMPFILE)) {
      // Nobody has seen what a predecessor made.
      files.discard(scratch.journal);
    }
    Inode directory = inodes.get(parent);
    int backendFlags = OpenFiles.backendFlags(flags) | FileFlags.O_TMPFILE;
    long opened =
        directory.apply(
            scratch,
            fd ->
                inodes.hasRoom(directory)
                    ? caller.run(
                        request,
                        scratch,
                        () ->
                            FileOps.openat(
                                fd, FileOps.HERE, backendFlags, mode & FileFlags.PERMISSIONS))
                    : -Errno.ENFILE);
    if (opened < 0) {
      Answers.error(reply, opened);
      return;
    }
    answer(request, (int) opened, flags, true, reply, scratch);
  }

  /**
   * Answers with a file that is open; what is said about it is read through its descriptor.
   *
   * @param nameless whether a successor could not find it
   */
  private void answer(
      Request request, int fd, int flags, boolean nameless, CreateReply reply, Scratch scratch) {
    long path = FileOps.openat(FileFlags.AT_FDCWD, scratch.pathOf(fd), Lookup.OPEN_PATH, 0);
    if (path < 0) {
      scratch.fail(path);
    }
    Inode inode = path < 0 ? null : lookup.known((int) path, scratch);
    if (inode == null) {
      FileOps.close(fd);
      Answers.error(reply, -scratch.errno());
      return;
    }
    if (nameless) {
      inode.mayBecomeNameless();
    }
    answers.fill(reply.entry(), inode, scratch);
    int result = files.add(request, inode, fd, flags, reply.open(), scratch);
    if (result < 0) {
      inodes.forget(inode.node(), 1);
    }
    Answers.result(reply, result);
  }
}
