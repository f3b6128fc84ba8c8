package io.ringmount.channels;

import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.CreateIn;
import io.ringmount.channels.wire.Entry;
import io.ringmount.channels.wire.LinkIn;
import io.ringmount.channels.wire.MkdirIn;
import io.ringmount.channels.wire.MknodIn;
import io.ringmount.channels.wire.OpenFlags;
import io.ringmount.channels.wire.Rename2In;
import io.ringmount.channels.wire.RenameIn;

/**
 * The operations on names in a directory: decodes their arguments and calls the file system. Each
 * says false, and calls nothing, when its request is malformed. Belongs to one channel thread.
 */
final class NameOperations {
  /** PATH_MAX without its NUL: the longest target of a symbolic link, and more than any name. */
  static final int MAX_NAME = 4095;

  private final FileSystem fileSystem;

  private final CreateIn create = new CreateIn();
  private final LinkIn link = new LinkIn();
  private final MkdirIn mkdir = new MkdirIn();
  private final MknodIn mknod = new MknodIn();
  private final RenameIn rename = new RenameIn();
  private final Rename2In rename2 = new Rename2In();

  // The part of the arguments that no name has been taken from yet.
  private long position;
  private long end;

  NameOperations(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** Takes the first file name of a request. */
  private boolean takeFirstName(Exchange x) {
    SlotRequest request = x.slot().request();
    position = request.arguments();
    end = position + request.argumentsLength();
    return takeName(x.name);
  }

  /** Takes the next NUL-terminated string of the arguments; false when there is none. */
  private boolean takeString(Name name) {
    int limit = (int) Math.min(end - position, MAX_NAME + 1);
    int length = Memory.stringLength(position, limit);
    if (length == 0 || length == limit) {
      return false;
    }
    name.wrap(position, length);
    position += length + 1;
    return true;
  }

  /** Takes the next file name: one path component, and not the directory itself or its parent. */
  private boolean takeName(Name name) {
    return takeString(name) && !name.contains('/') && !name.isDotOrDotDot();
  }

  boolean lookup(Exchange x) {
    if (!takeFirstName(x)) {
      return false;
    }
    x.staged().stage(Entry.SIZE);
    if (WakeFile.isAt(x.node(), x.name)) {
      WakeFile.answer((EntryReply) x);
    } else {
      fileSystem.lookup(x, x.node(), x.name, x);
    }
    return true;
  }

  boolean symlink(Exchange x) {
    if (!takeFirstName(x) || !takeString(x.otherName)) {
      return false;
    }
    x.staged().stage(Entry.SIZE);
    fileSystem.symlink(x, x.node(), x.name, x.otherName, x);
    return true;
  }

  boolean mknod(Exchange x, long in) {
    if (!takeFirstName(x)) {
      return false;
    }
    mknod.wrap(in);
    x.staged().stage(Entry.SIZE);
    fileSystem.mknod(x, x.node(), x.name, mknod.mode(), mknod.device(), x);
    return true;
  }

  boolean mkdir(Exchange x, long in) {
    if (!takeFirstName(x)) {
      return false;
    }
    mkdir.wrap(in);
    x.staged().stage(Entry.SIZE);
    fileSystem.mkdir(x, x.node(), x.name, mkdir.mode(), x);
    return true;
  }

  boolean unlink(Exchange x) {
    if (!takeFirstName(x)) {
      return false;
    }
    fileSystem.unlink(x, x.node(), x.name, x);
    return true;
  }

  boolean rmdir(Exchange x) {
    if (!takeFirstName(x)) {
      return false;
    }
    fileSystem.rmdir(x, x.node(), x.name, x);
    return true;
  }

  boolean rename(Exchange x, long in) {
    rename.wrap(in);
    return rename(x, rename.newParent(), 0);
  }

  boolean rename2(Exchange x, long in) {
    rename2.wrap(in);
    return rename(x, rename2.newParent(), rename2.flags());
  }

  private boolean rename(Exchange x, long newParent, int flags) {
    if (!takeFirstName(x) || !takeName(x.otherName)) {
      return false;
    }
    fileSystem.rename(x, x.node(), x.name, newParent, x.otherName, flags, x);
    return true;
  }

  boolean link(Exchange x, long in) {
    if (!takeFirstName(x)) {
      return false;
    }
    link.wrap(in);
    x.staged().stage(Entry.SIZE);
    fileSystem.link(x, link.node(), x.node(), x.name, x);
    return true;
  }

  boolean create(Exchange x, long in) {
    if (!takeFirstName(x)) {
      return false;
    }
    create.wrap(in);
    x.staged().stageCreate();
    boolean kill = (create.openFlags() & OpenFlags.OPEN_KILL_SUIDGID) != 0;
    fileSystem.create(x, x.node(), x.name, create.mode(), create.flags(), kill, x);
    return true;
  }
}
