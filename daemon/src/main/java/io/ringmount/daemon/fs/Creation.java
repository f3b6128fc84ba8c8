package io.ringmount.daemon.fs;

import io.ringmount.channels.CreateReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.Name;
import io.ringmount.channels.Request;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;

/**
 * The operations that make new files, in the caller's name. None is made that could not be given a
 * node.
 */
final class Creation {
  private final InodeTable inodes;
  private final Lookup lookup;
  private final Answers answers;
  private final OpenFiles files;
  private final Caller caller = new Caller();

  Creation(InodeTable inodes, Lookup lookup, Answers answers, OpenFiles files) {
    this.inodes = inodes;
    this.lookup = lookup;
    this.answers = answers;
    this.files = files;
  }

  /** One system call that makes a name in a directory. */
  @FunctionalInterface
  private interface Make {
    long in(int directory);
  }

  void symlink(Request request, long parent, Name name, Name target, EntryReply reply) {
    make(
        request,
        parent,
        name,
        directory -> FileOps.symlinkat(target.address(), directory, name.address()),
        reply);
  }

  void mknod(Request request, long parent, Name name, int mode, int device, EntryReply reply) {
    make(
        request,
        parent,
        name,
        directory -> FileOps.mknodat(directory, name.address(), mode, device),
        reply);
  }

  void mkdir(Request request, long parent, Name name, int mode, EntryReply reply) {
    make(
        request,
        parent,
        name,
        directory -> FileOps.mkdirat(directory, name.address(), mode & FileFlags.PERMISSIONS),
        reply);
  }

  private void make(Request request, long parent, Name name, Make call, EntryReply reply) {
    Scratch scratch = Scratch.get();
    Inode directory = inodes.get(parent);
    int fd = directory.acquire(scratch);
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    try {
      long result =
          inodes.hasRoom(directory)
              ? caller.run(request, scratch, () -> call.in(fd))
              : -Errno.ENFILE;
      if (result < 0) {
        Answers.error(reply, result);
      } else {
        lookup.answer(fd, name, reply, scratch);
      }
    } finally {
      directory.release(fd);
    }
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
    CreateOrOpen opening = new CreateOrOpen(fd, name, mode, flags, scratch);
    long opened;
    try {
      opened = inodes.hasRoom(directory) ? caller.run(request, scratch, opening) : -Errno.ENFILE;
    } finally {
      directory.release(fd);
    }
    if (opened >= 0 && opening.existed() && killPrivileges && (flags & FileFlags.O_TRUNC) != 0) {
      // Not in the caller's name: who may write a file need not own it.
      opened = OpenFiles.clearPrivileges((int) opened, scratch);
    }
    if (opened < 0) {
      Answers.error(reply, opened);
      return;
    }
    answer((int) opened, flags, reply, scratch);
  }

  /** Answers with a file that is open; what is said about it is read through its descriptor. */
  private void answer(int fd, int flags, CreateReply reply, Scratch scratch) {
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
    answers.fill(reply.entry(), inode, scratch);
    files.add(inode, fd, flags, reply.open());
    reply.done();
  }
}
