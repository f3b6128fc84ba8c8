package io.ringmount.daemon.fs;

import io.ringmount.channels.CreateReply;
import io.ringmount.channels.EntryReply;
import io.ringmount.channels.Name;
import io.ringmount.channels.Request;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;

/** The operations that make new files, in the caller's name. */
final class Creation {
  /** How often a file that comes and goes behind the mount is tried to be created or opened. */
  private static final int ATTEMPTS = 16;

  private static final int OPEN_PATH = FileFlags.O_PATH | FileFlags.O_CLOEXEC;

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
      reply.error(-fd);
      return;
    }
    try {
      long result = caller.run(request, scratch, () -> call.in(fd));
      if (result < 0) {
        reply.error((int) -result);
      } else {
        lookup.answer(fd, name, reply, scratch);
      }
    } finally {
      directory.release(fd);
    }
  }

  // ---- create ----------------------------------------------------------------------------------

  void create(Request request, long parent, Name name, int mode, int flags, CreateReply reply) {
    Scratch scratch = Scratch.get();
    Inode directory = inodes.get(parent);
    int fd = directory.acquire(scratch);
    if (fd < 0) {
      reply.error(-fd);
      return;
    }
    long created;
    try {
      created = caller.run(request, scratch, () -> createOrOpen(fd, name, mode, flags, scratch));
    } finally {
      directory.release(fd);
    }
    if (created < 0) {
      reply.error((int) -created);
      return;
    }
    answer((int) created, flags, reply, scratch);
  }

  /** Answers with a file that is open; what is said about it is read through its descriptor. */
  private void answer(int fd, int flags, CreateReply reply, Scratch scratch) {
    long path = FileOps.openat(FileFlags.AT_FDCWD, scratch.pathOf(fd), OPEN_PATH, 0);
    if (path < 0) {
      scratch.fail(path);
    }
    Inode inode = path < 0 ? null : lookup.known((int) path, scratch);
    if (inode == null) {
      FileOps.close(fd);
      reply.error(scratch.errno());
      return;
    }
    answers.fill(reply.entry(), inode, scratch);
    files.add(inode, fd, flags, reply.open());
    reply.done();
  }

  /**
   * Opens a regular file, made if it is missing. What exists is opened only after its type is
   * known: opening a pipe or a device may block or have effects.
   */
  private static long createOrOpen(int directory, Name name, int mode, int flags, Scratch scratch) {
    int wanted = OpenFiles.backendFlags(flags);
    for (int i = 0; i < ATTEMPTS; i++) {
      long created =
          FileOps.openat(
              directory,
              name.address(),
              wanted | FileFlags.O_CREAT | FileFlags.O_EXCL | FileFlags.O_NOFOLLOW,
              mode & FileFlags.PERMISSIONS);
      if (created != -Errno.EEXIST || (flags & FileFlags.O_EXCL) != 0) {
        return created;
      }
      long existing = openExisting(directory, name, wanted, scratch);
      if (existing != -Errno.ENOENT) {
        return existing;
      }
    }
    return -Errno.EAGAIN;
  }

  private static long openExisting(int directory, Name name, int flags, Scratch scratch) {
    long path = FileOps.openat(directory, name.address(), OPEN_PATH | FileFlags.O_NOFOLLOW, 0);
    if (path < 0) {
      return path;
    }
    try {
      long result = Answers.statx((int) path, scratch);
      if (result < 0) {
        return result;
      }
      int refusal = OpenFiles.refusal(scratch.type());
      return refusal != 0
          ? -refusal
          : FileOps.openat(FileFlags.AT_FDCWD, scratch.pathOf((int) path), flags, 0);
    } finally {
      FileOps.close((int) path);
    }
  }
}
