package io.ringmount.daemon.fs;

import io.ringmount.channels.CopyReply;
import io.ringmount.channels.DataReply;
import io.ringmount.channels.LseekReply;
import io.ringmount.channels.OpenReply;
import io.ringmount.channels.Reply;
import io.ringmount.channels.Request;
import io.ringmount.channels.SyncReply;
import io.ringmount.channels.WriteReply;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.wire.CopyFileRangeIn;
import io.ringmount.channels.wire.OpenFlags;
import io.ringmount.channels.wire.OpenOut;
import io.ringmount.daemon.cache.CopyReads;
import java.nio.ByteBuffer;

/** The operations on open files and directories, and what opens them. */
final class OpenFiles {
  /**
   * What of an application's flags reaches the backend. O_DIRECT does only where nothing can be
   * written, since pages of a shared mapping come through any handle and need not be aligned as the
   * backend wants them; O_NOFOLLOW would refuse {@link Scratch#pathOf}.
   */
  private static final int PASSED_ON =
      FileFlags.O_ACCMODE
          | FileFlags.O_TRUNC
          | FileFlags.O_APPEND
          | FileFlags.O_DSYNC
          | FileFlags.O_SYNC
          | FileFlags.O_NOATIME;

  /** A local file system has nothing to report at a close. */
  private static final int PASSED_THROUGH = OpenFlags.PASSTHROUGH | OpenFlags.NOFLUSH;

  /** Takes a few milliseconds; where blocks can be shared no time at all. */
  private static final long COPIED_AT_ONCE = 8L << 20;

  private static final int DIRECTORY = FileFlags.O_RDONLY | FileFlags.O_DIRECTORY;

  private final InodeTable inodes;
  private final HandleTable handles;
  private final Nameless nameless;
  private final Passthrough passthrough;
  private final Copies copies;
  private final boolean directIo;
  private final boolean tellsChanges;

  /**
   * @param directIo nothing is cached
   * @param tellsChanges see {@link Source#tellsChanges}
   */
  OpenFiles(
      InodeTable inodes,
      HandleTable handles,
      Nameless nameless,
      Passthrough passthrough,
      Copies copies,
      boolean directIo,
      boolean tellsChanges) {
    this.inodes = inodes;
    this.handles = handles;
    this.nameless = nameless;
    this.passthrough = passthrough;
    this.copies = copies;
    this.directIo = directIo;
    this.tellsChanges = tellsChanges;
  }

  /** The flags to open a regular file with on the backend. */
  static int backendFlags(int flags) {
    boolean reads = (flags & FileFlags.O_ACCMODE) == FileFlags.O_RDONLY;
    return (flags & (reads ? PASSED_ON | FileFlags.O_DIRECT : PASSED_ON))
        | FileFlags.O_NOCTTY
        | FileFlags.O_CLOEXEC;
  }

  /** Why a file of this type is not opened as a regular file: an error number, or 0. */
  static int refusal(int type) {
    return switch (type) {
      case FileFlags.S_IFREG -> 0;
      case FileFlags.S_IFDIR -> Errno.EISDIR;
      case FileFlags.S_IFLNK -> Errno.ELOOP;
      // The kernel opens pipes, sockets and devices itself and never asks.
      case FileFlags.S_IFIFO, FileFlags.S_IFSOCK, FileFlags.S_IFCHR, FileFlags.S_IFBLK ->
          Errno.ENXIO;
      default -> Errno.ESTALE;
    };
  }

  // ---- open and close --------------------------------------------------------------------------

  void open(Request request, long node, int flags, boolean killPrivileges, OpenReply reply) {
    Inode inode = inodes.get(node);
    int refusal = refusal(inode.type());
    if (refusal != 0) {
      reply.error(refusal);
      return;
    }
    Scratch scratch = Scratch.get();
    Journal journal = scratch.journal.of(request);
    boolean truncates = (flags & FileFlags.O_TRUNC) != 0;
    if (journal.begin(JournalLayout.OPEN)) {
      discard(journal);
      // What was emptied may have been filled since, by others.
      truncates &= journal.outcome() != Journal.DONE;
    }
    int backendFlags = backendFlags(flags);
    int fd = inode.open(truncates ? backendFlags : backendFlags & ~FileFlags.O_TRUNC, scratch);
    if (fd >= 0 && killPrivileges && truncates) {
      fd = clearPrivileges(request, fd, scratch);
    }
    journal.outcome(fd);
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    OpenFile file = new OpenFile(inode, fd, backendFlags(flags));
    boolean mayKeep = !truncates && !directIo;
    Answers.result(reply, add(file, request, flags, mayKeep, reply.open(), scratch));
  }

  /**
   * A page cache that is dropped at each opening shows what others wrote (close-to-open); one whose
   * pages are of what the file has now need not be. Of a file with a copy, the attributes are in
   * the scratch.
   *
   * @return flags for the kernel
   */
  private int keepCache(OpenFile file, Scratch scratch) {
    // What was read before a copy is complete may be older than its version tells.
    if (!tellsChanges && (file.copy() == null || !file.copy().isComplete())) {
      return 0;
    }
    long version =
        file.copy() == null
            ? ContentVersion.of(file.descriptor(), scratch)
            : ContentVersion.told(scratch);
    file.opened(version);
    return file.inode().isCached(version) ? OpenFlags.KEEP_CACHE : 0;
  }

  /** Ends the handle that a predecessor gave out for the same request and told nobody of. */
  void discard(Journal journal) {
    if (journal.handle() != 0) {
      Inode inode = handles.discard(journal.handle());
      synchronized (inode) {
        passthrough.closed(inode);
      }
      journal.handle(0);
    }
  }

  /**
   * Takes set-user-id and set-group-id from a file that was just opened.
   *
   * @return {@code fd}, or a negative error number, and then {@code fd} is closed
   */
  static int clearPrivileges(Request request, int fd, Scratch scratch) {
    long result = Privileges.clear(request, fd, scratch);
    if (result < 0) {
      FileOps.close(fd);
      return (int) result;
    }
    return fd;
  }

  /**
   * Gives a new regular file, whose descriptor it takes over, a handle.
   *
   * @return 0, or a negative error number
   */
  int add(Request request, Inode inode, int fd, int flags, OpenOut open, Scratch scratch) {
    return add(new OpenFile(inode, fd, backendFlags(flags)), request, flags, false, open, scratch);
  }

  private int add(
      OpenFile file, Request request, int flags, boolean mayKeep, OpenOut open, Scratch scratch) {
    Inode inode = file.inode();
    synchronized (inode) {
      copies.opened(file, scratch);
      int keep = mayKeep ? keepCache(file, scratch) : 0;
      int backing = passthrough.opening(inode, file.copy(), request.uid(), scratch);
      if (backing < 0) {
        // The kernel looks the name up again, and finds another node.
        inodes.supersede(inode);
        file.release();
        return backing;
      }
      int openFlags = backing == 0 ? served(flags, keep) : PASSED_THROUGH;
      open.openFlags(openFlags).backingId(backing);
      int result = add(file, open, scratch);
      if (result < 0) {
        passthrough.closed(inode);
      }
      return result;
    }
  }

  /** How a file is opened that this process reads and writes. */
  private int served(int flags, int keep) {
    boolean reads = (flags & FileFlags.O_ACCMODE) == FileFlags.O_RDONLY;
    return (directIo ? OpenFlags.DIRECT_IO | OpenFlags.PARALLEL_DIRECT_WRITES : keep)
        | (reads ? OpenFlags.NOFLUSH : 0);
  }

  private int add(OpenFile file, OpenOut open, Scratch scratch) {
    long handle = handles.add(file, scratch.journal);
    if (handle == 0) {
      return -Errno.ENFILE;
    }
    nameless.opened(file.inode(), scratch);
    open.handle(handle);
    return 0;
  }

  void openDirectory(Request request, long node, OpenReply reply) {
    Scratch scratch = Scratch.get();
    if (scratch.journal.of(request).begin(JournalLayout.OPEN)) {
      discard(scratch.journal);
    }
    Inode inode = inodes.get(node);
    int fd = inode.open(DIRECTORY | FileFlags.O_CLOEXEC, scratch);
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    Answers.result(reply, add(new OpenFile(inode, fd, DIRECTORY), reply.open(), scratch));
  }

  void release(Request request, long node, long handle, Reply reply) {
    Inode inode = inodes.get(node);
    boolean ended;
    synchronized (inode) {
      ended = handles.close(handle, node);
      passthrough.closed(inode);
    }
    // A predecessor may have ended it and not have come to say so.
    Answers.result(reply, ended || request.isResumed() ? 0 : -Errno.EBADF);
  }

  // ---- data ------------------------------------------------------------------------------------

  /** Reads until {@code size} or the end: a short answer tells the kernel that the file ends. */
  void read(long node, long handle, long offset, int size, DataReply reply) {
    OpenFile file = handles.get(handle, node);
    int fd = file.acquire();
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    file.readByKernel();
    if (file.takeEarlier()) {
      copies.openedEarlier(file);
    }
    CopyReads copy = file.copy();
    reply.send(copy == null ? file : copy.source(offset, size), offset, size);
  }

  void write(
      Request request,
      long node,
      long handle,
      long offset,
      ByteBuffer data,
      boolean killPrivileges,
      WriteReply reply) {
    OpenFile file = handles.get(handle, node);
    int fd = file.acquire();
    if (fd < 0) {
      Answers.error(reply, fd);
      return;
    }
    copies.writing(file);
    // Before the write, as the kernel does: no moment has new content with the old privileges.
    long result = killPrivileges ? Privileges.clear(request, fd, Scratch.get()) : 0;
    if (result < 0) {
      file.release();
      Answers.error(reply, result);
      return;
    }
    // Pages of a shared mapping come from the kernel itself and have their place in the file,
    // also when the handle that the kernel found for them was opened to append.
    boolean appends = file.appends();
    boolean inPlace = appends && request.pid() == 0;
    if (appends && !inPlace && nameless.matter()) {
      Append.write(request, file, fd, data, offset, reply);
    } else {
      reply.receive(file, data, offset, inPlace ? FileFlags.RWF_NOAPPEND : 0);
    }
  }

  /**
   * @param whence {@code SEEK_DATA} or {@code SEEK_HOLE}: others the kernel knows by itself
   */
  void seek(long node, long handle, long offset, int whence, LseekReply reply) {
    if (whence != FileFlags.SEEK_DATA && whence != FileFlags.SEEK_HOLE) {
      reply.error(Errno.EINVAL);
      return;
    }
    long result = handles.get(handle, node).apply(fd -> FileOps.lseek(fd, offset, whence));
    if (result >= 0) {
      reply.position(result);
    }
    Answers.result(reply, result);
  }

  void allocate(
      Request request, long node, long handle, long offset, long length, int mode, Reply reply) {
    Scratch scratch = Scratch.get();
    OpenFile file = handles.get(handle, node);
    copies.writing(file);
    Answers.result(
        reply,
        file.apply(fd -> {
          long cleared = Privileges.clearUnlessRoot(request, fd, scratch);
          return cleared < 0 ? cleared : FileOps.fallocate(fd, mode, offset, length);
        }));
  }

  /** Copies a part at a time: other requests wait for this thread. */
  void copy(Request request, long node, CopyFileRangeIn range, long length, CopyReply reply) {
    Scratch scratch = Scratch.get();
    OpenFile to = handles.get(range.toHandle(), range.toNode());
    copies.writing(to);
    long part = Math.min(length, COPIED_AT_ONCE);
    long result =
        handles
            .get(range.handle(), node)
            .apply(fromFd ->
                to.apply(toFd -> {
                  long cleared = Privileges.clearUnlessRoot(request, toFd, scratch);
                  long offsets = scratch.offsets(range.offset(), range.toOffset());
                  return cleared < 0
                      ? cleared
                      : FileOps.copyFileRange(fromFd, offsets, toFd, offsets + Long.BYTES, part);
                }));
    if (result >= 0) {
      reply.copied(result);
    }
    Answers.result(reply, result);
  }

  /** Lets the backend report errors of delayed writes, as each close(2) of a descriptor does. */
  void flush(long node, long handle, Reply reply) {
    Answers.result(reply, handles.get(handle, node).apply(OpenFiles::closeCopy));
  }

  private static long closeCopy(int fd) {
    long copy = FileOps.dup(fd);
    return copy < 0 ? copy : FileOps.close((int) copy);
  }

  /** Also for directories. */
  void fsync(long node, long handle, boolean dataOnly, SyncReply reply) {
    OpenFile file = handles.get(handle, node);
    int fd = file.acquire();
    if (fd < 0) {
      Answers.error(reply, fd);
    } else {
      reply.sync(file, dataOnly);
    }
  }
}
