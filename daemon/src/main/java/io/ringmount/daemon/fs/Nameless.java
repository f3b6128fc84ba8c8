package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.Statx;

/**
 * Files that lose their last name while applications use them: a successor could not find them, so
 * a descriptor of each is in custody before its name goes, until the kernel forgets the file.
 *
 * <p>An open and a removal that run at once do not miss each other: the removal marks the inode and
 * then looks for handles, the open adds its handle and then looks for the mark.
 */
final class Nameless {
  private final InodeTable inodes;
  private final NodeCustody custody;

  Nameless(InodeTable inodes, NodeCustody custody) {
    this.inodes = inodes;
    this.custody = custody;
  }

  /** Whether anybody goes on after this process; else nothing need be done. */
  boolean matter() {
    return custody.hasSuccessor();
  }

  /** The file whose attributes are in the scratch is about to lose a name. */
  void losesName(Scratch scratch) {
    Inode inode = inodes.find(Statx.device(scratch.statx), Statx.inode(scratch.statx));
    if (inode == null) {
      return;
    }
    // An application may stand in a directory that it has not opened.
    boolean directory = inode.type() == FileFlags.S_IFDIR;
    if (directory || Statx.links(scratch.statx) <= 1) {
      inode.mayBecomeNameless();
      if (directory || inode.isOpen()) {
        keep(inode, scratch);
      }
    }
  }

  /** A handle was added to a file. */
  void opened(Inode inode, Scratch scratch) {
    if (inode.mayBeNameless()) {
      keep(inode, scratch);
    }
  }

  private void keep(Inode inode, Scratch scratch) {
    if (inode.isKept()) {
      return;
    }
    int fd = inode.pin(scratch);
    if (fd < 0) {
      return;
    }
    if (custody.keep(inode.node(), fd) && !inode.markKept()) {
      custody.drop(inode.node());
    }
    inode.release(fd);
  }
}
