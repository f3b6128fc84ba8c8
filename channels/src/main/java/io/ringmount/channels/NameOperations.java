package io.ringmount.channels;

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
  private final FileSystem fileSystem;
  private final Arguments arguments = new Arguments();

  private final CreateIn create = new CreateIn();
  private final LinkIn link = new LinkIn();
  private final MkdirIn mkdir = new MkdirIn();
  private final MknodIn mknod = new MknodIn();
  private final RenameIn rename = new RenameIn();
  private final Rename2In rename2 = new Rename2In();

  NameOperations(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** Takes the first file name of a request. */
  private boolean takeFirstName(Exchange x) {
    return arguments.of(x.slot().request()).takeName(x.name);
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
    if (!takeFirstName(x) || !arguments.takeString(x.otherName)) {
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
    if (!takeFirstName(x) || !arguments.takeName(x.otherName)) {
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

  /** The name that the kernel gives is its own: the file has none. */
  boolean tmpfile(Exchange x, long in) {
    create.wrap(in);
    x.staged().stageCreate();
    fileSystem.tmpfile(x, x.node(), create.mode(), create.flags(), x);
    return true;
  }
}
