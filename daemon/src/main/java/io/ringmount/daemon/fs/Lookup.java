package io.ringmount.daemon.fs;

import io.ringmount.channels.EntryReply;
import io.ringmount.channels.Name;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Statx;

/**
 * Finds names.
 *
 * <p>A name is one component, never {@code .} or {@code ..}, without a slash: the decoder of
 * requests and the kernel's directory entries warrant that. It is looked up relative to its
 * directory's descriptor and never followed, so nothing outside the source can be found.
 */
final class Lookup {
  /** To open a file only to name it. */
  static final int OPEN_PATH = FileFlags.O_PATH | FileFlags.O_CLOEXEC;

  private final InodeTable inodes;
  private final Answers answers;

  Lookup(InodeTable inodes, Answers answers) {
    this.inodes = inodes;
    this.answers = answers;
  }

  /** Looks a name up and answers with its entry, or with its absence. */
  void answer(int directory, Name name, EntryReply reply, Scratch scratch) {
    Inode inode = find(directory, name, scratch);
    if (inode != null) {
      answers.fill(reply.entry(), inode, scratch);
      reply.done();
    } else if (scratch.errno() == Errno.ENOENT) {
      answers.absent(reply);
    } else {
      Answers.error(reply, -scratch.errno());
    }
  }

  /**
   * Looks a name up and counts one lookup of what it finds. A file that the kernel knows costs one
   * system call.
   *
   * @return the inode, its attributes in the scratch; {@code null} with the scratch's errno
   */
  Inode find(int directory, Name name, Scratch scratch) {
    long births = inodes.births();
    long result =
        FileOps.statx(
            directory,
            name.address(),
            FileFlags.AT_SYMLINK_NOFOLLOW | FileFlags.AT_NO_AUTOMOUNT,
            FileFlags.STATX_BASIC_STATS,
            scratch.statx);
    if (result < 0) {
      scratch.fail(result);
      return null;
    }
    Inode inode = inodes.find(Statx.device(scratch.statx), Statx.inode(scratch.statx));
    if (inode != null && isSame(inode, births, directory, name, scratch) && inode.addLookup()) {
      return inode;
    }
    return open(directory, name, scratch);
  }

  /**
   * Whether the name whose attributes were just read is that inode, if the inode is alive still.
   *
   * <p>An inode that is younger than the system call is not trusted: between the two the file may
   * have been removed and its inode number have passed to the file of that inode.
   */
  private static boolean isSame(
      Inode inode, long births, int directory, Name name, Scratch scratch) {
    return inode.birth() < births
        && inode.type() == scratch.type()
        // Opening it gives an inode that an earlier process left its descriptor.
        && !inode.wantsDescriptor()
        && inode.isAt(directory, name.address(), 0, scratch);
  }

  private Inode open(int directory, Name name, Scratch scratch) {
    long fd = FileOps.openat(directory, name.address(), OPEN_PATH | FileFlags.O_NOFOLLOW, 0);
    if (fd < 0) {
      scratch.fail(fd);
      return null;
    }
    return known((int) fd, scratch);
  }

  /**
   * The inode of an open file, with one lookup counted.
   *
   * @param fd O_PATH descriptor, which this method closes or keeps
   * @return the inode, its attributes in the scratch; {@code null} with the scratch's errno
   */
  Inode known(int fd, Scratch scratch) {
    long result = Answers.statx(fd, scratch);
    if (result < 0) {
      FileOps.close(fd);
      scratch.fail(result);
      return null;
    }
    return inodes.intern(fd, scratch);
  }
}
