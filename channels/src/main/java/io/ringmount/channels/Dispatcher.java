package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.metrics.ChannelMetrics;
import io.ringmount.channels.wire.AttributesOut;
import io.ringmount.channels.wire.BatchForgetIn;
import io.ringmount.channels.wire.CreateIn;
import io.ringmount.channels.wire.Entry;
import io.ringmount.channels.wire.FlushIn;
import io.ringmount.channels.wire.ForgetIn;
import io.ringmount.channels.wire.ForgetOne;
import io.ringmount.channels.wire.FsyncIn;
import io.ringmount.channels.wire.GetattrIn;
import io.ringmount.channels.wire.InterruptIn;
import io.ringmount.channels.wire.LinkIn;
import io.ringmount.channels.wire.MkdirIn;
import io.ringmount.channels.wire.MknodIn;
import io.ringmount.channels.wire.Opcode;
import io.ringmount.channels.wire.OpenFlags;
import io.ringmount.channels.wire.OpenIn;
import io.ringmount.channels.wire.ReadIn;
import io.ringmount.channels.wire.ReleaseIn;
import io.ringmount.channels.wire.Rename2In;
import io.ringmount.channels.wire.RenameIn;
import io.ringmount.channels.wire.StatfsOut;
import io.ringmount.channels.wire.WriteFlags;
import io.ringmount.channels.wire.WriteIn;
import io.ringmount.channels.wire.WriteOut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes requests and calls the file system. Belongs to one channel thread.
 *
 * <p>Requests are checked here, once: lengths against the operation, names for their NUL and for
 * what a name may not be, sizes against the payload. A request that fails is answered with EINVAL
 * for itself alone and counted; the file system never sees it.
 */
public final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /** PATH_MAX without its NUL: the longest target of a symbolic link, and more than any name. */
  private static final int MAX_NAME = 4095;

  private final Session session;
  private final FileSystem fileSystem;

  private final BatchForgetIn batchForget = new BatchForgetIn();
  private final CreateIn create = new CreateIn();
  private final FlushIn flush = new FlushIn();
  private final ForgetIn forget = new ForgetIn();
  private final ForgetOne forgetOne = new ForgetOne();
  private final FsyncIn fsync = new FsyncIn();
  private final InterruptIn interrupt = new InterruptIn();
  private final GetattrIn getattr = new GetattrIn();
  private final LinkIn link = new LinkIn();
  private final MkdirIn mkdir = new MkdirIn();
  private final MknodIn mknod = new MknodIn();
  private final OpenIn open = new OpenIn();
  private final ReadIn read = new ReadIn();
  private final ReleaseIn release = new ReleaseIn();
  private final RenameIn rename = new RenameIn();
  private final Rename2In rename2 = new Rename2In();
  private final WriteIn write = new WriteIn();

  // The part of the arguments that no name has been taken from yet.
  private long position;
  private long end;

  /**
   * @param session whose file system is called, on the thread that calls {@link #dispatch}
   */
  Dispatcher(Session session) {
    this.session = session;
    this.fileSystem = session.fileSystem();
  }

  /** Starts the request; returns when the file system does. Whatever happens, it is answered. */
  void dispatch(Exchange exchange, ChannelMetrics metrics) {
    exchange.begin();
    long unique = exchange.unique();
    try {
      if (!exchange.slot().wellFormed() || !call(exchange)) {
        metrics.malformed();
        exchange.error(Errno.EINVAL);
      }
    } catch (Throwable e) {
      LOG.error("{} failed with an exception", Opcode.name(exchange.opcode()), e);
      metrics.failed();
      // Else somebody answers, or has answered and the exchange serves another request already.
      if (exchange.unique() == unique && !exchange.transfer().isActive()) {
        exchange.errorUnlessAnswered(Errno.EIO);
      }
    }
  }

  /**
   * Takes back what a successful reply has given out, as the kernel would in time, because it was
   * never sent; ends the exchange once more.
   */
  void undo(Exchange x) {
    try {
      switch (x.opcode()) {
        case Opcode.LOOKUP, Opcode.MKNOD, Opcode.MKDIR, Opcode.SYMLINK, Opcode.LINK -> {
          forgetOnce(x.entryNode());
          x.again();
          x.done();
        }
        case Opcode.CREATE -> {
          long node = x.entryNode();
          long handle = x.openHandle();
          x.again();
          forgetOnce(node);
          fileSystem.release(x, node, handle, x);
        }
        case Opcode.OPEN -> {
          long handle = x.openHandle();
          x.again();
          fileSystem.release(x, x.node(), handle, x);
        }
        case Opcode.OPENDIR -> {
          long handle = x.openHandle();
          x.again();
          fileSystem.releasedir(x, x.node(), handle, x);
        }
        case Opcode.READDIRPLUS -> {
          x.forEachEntry(this::forgetOnce);
          x.again();
          x.done();
        }
        default -> {
          x.again();
          x.done();
        }
      }
    } catch (Throwable e) {
      LOG.error("an unused reply to {} cannot be taken back", Opcode.name(x.opcode()), e);
      x.errorUnlessAnswered(Errno.EIO);
    }
  }

  private void forgetOnce(long node) {
    if (node != 0) {
      fileSystem.forget(node, 1);
    }
  }

  /** Calls the operation; false, and nothing called, when the request is malformed. */
  private boolean call(Exchange x) {
    Slot slot = x.slot();
    long in = slot.operation();
    position = slot.arguments();
    end = position + slot.argumentsLength();
    return switch (x.opcode()) {
      case Opcode.LOOKUP -> lookup(x);
      case Opcode.FORGET -> forget(x, in);
      case Opcode.BATCH_FORGET -> batchForget(x, in);
      case Opcode.GETATTR -> getattr(x, in);
      case Opcode.SETATTR -> setattr(x, in);
      case Opcode.READLINK -> readlink(x);
      case Opcode.SYMLINK -> symlink(x);
      case Opcode.MKNOD -> mknod(x, in);
      case Opcode.MKDIR -> mkdir(x, in);
      case Opcode.UNLINK -> unlink(x);
      case Opcode.RMDIR -> rmdir(x);
      case Opcode.RENAME -> rename(x, in);
      case Opcode.RENAME2 -> rename2(x, in);
      case Opcode.LINK -> link(x, in);
      case Opcode.OPEN -> open(x, in);
      case Opcode.CREATE -> create(x, in);
      case Opcode.READ -> read(x, in);
      case Opcode.WRITE -> write(x, in);
      case Opcode.FLUSH -> flush(x, in);
      case Opcode.RELEASE -> release(x, in);
      case Opcode.FSYNC -> fsync(x, in);
      case Opcode.OPENDIR -> opendir(x, in);
      case Opcode.READDIR -> readdir(x, in, false);
      case Opcode.READDIRPLUS -> readdir(x, in, true);
      case Opcode.RELEASEDIR -> releasedir(x, in);
      case Opcode.FSYNCDIR -> fsyncdir(x, in);
      case Opcode.STATFS -> statfs(x);
      case Opcode.INTERRUPT -> interrupt(x, in);
      case Opcode.DESTROY -> destroy(x);
      case Opcode.NOTIFY_REPLY -> notifyReply(x);
      default -> unserved(x);
    };
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

  private boolean lookup(Exchange x) {
    if (!takeName(x.name)) {
      return false;
    }
    x.stage(Entry.SIZE);
    if (WakeFile.isAt(x.node(), x.name)) {
      WakeFile.answer((EntryReply) x);
    } else {
      fileSystem.lookup(x, x.node(), x.name, x);
    }
    return true;
  }

  private boolean forget(Exchange x, long in) {
    x.unanswerable();
    forget.wrap(in);
    forget(x.node(), forget.lookups());
    x.done();
    return true;
  }

  private void forget(long node, long lookups) {
    if (node != WakeFile.NODE) {
      fileSystem.forget(node, lookups);
    }
  }

  /** What a kick was for has happened. */
  private static boolean notifyReply(Exchange x) {
    x.unanswerable();
    x.done();
    return true;
  }

  private boolean batchForget(Exchange x, long in) {
    x.unanswerable();
    batchForget.wrap(in);
    int count = batchForget.count();
    if (count < 0 || (long) count * ForgetOne.SIZE > end - position) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      forgetOne.wrap(position + (long) i * ForgetOne.SIZE);
      forget(forgetOne.node(), forgetOne.lookups());
    }
    x.done();
    return true;
  }

  private boolean getattr(Exchange x, long in) {
    getattr.wrap(in);
    x.stage(AttributesOut.SIZE);
    if (x.node() == WakeFile.NODE) {
      WakeFile.answer((AttributesReply) x);
      return true;
    }
    long handle = getattr.hasHandle() ? getattr.handle() : FileSystem.NO_HANDLE;
    fileSystem.getattr(x, x.node(), handle, x);
    return true;
  }

  private boolean setattr(Exchange x, long in) {
    x.setattr.wrap(in);
    x.stage(AttributesOut.SIZE);
    fileSystem.setattr(x, x.node(), x.setattr, x);
    return true;
  }

  private boolean readlink(Exchange x) {
    // The kernel takes a page, without the terminating NUL (fs/fuse/dir.c, fuse_readlink_page).
    x.stageData(MAX_NAME);
    fileSystem.readlink(x, x.node(), x);
    return true;
  }

  private boolean symlink(Exchange x) {
    if (!takeName(x.name) || !takeString(x.otherName)) {
      return false;
    }
    x.stage(Entry.SIZE);
    fileSystem.symlink(x, x.node(), x.name, x.otherName, x);
    return true;
  }

  private boolean mknod(Exchange x, long in) {
    if (!takeName(x.name)) {
      return false;
    }
    mknod.wrap(in);
    x.stage(Entry.SIZE);
    fileSystem.mknod(x, x.node(), x.name, mknod.mode(), mknod.device(), x);
    return true;
  }

  private boolean mkdir(Exchange x, long in) {
    if (!takeName(x.name)) {
      return false;
    }
    mkdir.wrap(in);
    x.stage(Entry.SIZE);
    fileSystem.mkdir(x, x.node(), x.name, mkdir.mode(), x);
    return true;
  }

  private boolean unlink(Exchange x) {
    if (!takeName(x.name)) {
      return false;
    }
    fileSystem.unlink(x, x.node(), x.name, x);
    return true;
  }

  private boolean rmdir(Exchange x) {
    if (!takeName(x.name)) {
      return false;
    }
    fileSystem.rmdir(x, x.node(), x.name, x);
    return true;
  }

  private boolean rename(Exchange x, long in) {
    rename.wrap(in);
    return rename(x, rename.newParent(), 0);
  }

  private boolean rename2(Exchange x, long in) {
    rename2.wrap(in);
    return rename(x, rename2.newParent(), rename2.flags());
  }

  private boolean rename(Exchange x, long newParent, int flags) {
    if (!takeName(x.name) || !takeName(x.otherName)) {
      return false;
    }
    fileSystem.rename(x, x.node(), x.name, newParent, x.otherName, flags, x);
    return true;
  }

  private boolean link(Exchange x, long in) {
    if (!takeName(x.name)) {
      return false;
    }
    link.wrap(in);
    x.stage(Entry.SIZE);
    fileSystem.link(x, link.node(), x.node(), x.name, x);
    return true;
  }

  private boolean open(Exchange x, long in) {
    open.wrap(in);
    x.stageOpen();
    boolean kill = (open.openFlags() & OpenFlags.OPEN_KILL_SUIDGID) != 0;
    fileSystem.open(x, x.node(), open.flags(), kill, x);
    return true;
  }

  private boolean create(Exchange x, long in) {
    if (!takeName(x.name)) {
      return false;
    }
    create.wrap(in);
    x.stageCreate();
    boolean kill = (create.openFlags() & OpenFlags.OPEN_KILL_SUIDGID) != 0;
    fileSystem.create(x, x.node(), x.name, create.mode(), create.flags(), kill, x);
    return true;
  }

  private boolean read(Exchange x, long in) {
    read.wrap(in);
    int size = read.size();
    if (size < 0 || size > x.slot().payloadSize() || read.offset() < 0) {
      return false;
    }
    x.stageData(size);
    fileSystem.read(x, x.node(), read.handle(), read.offset(), size, x);
    return true;
  }

  private boolean write(Exchange x, long in) {
    write.wrap(in);
    int size = write.size();
    if (size < 0 || size != end - position || write.offset() < 0) {
      return false;
    }
    x.stage(WriteOut.SIZE);
    boolean kill = (write.writeFlags() & WriteFlags.KILL_SUIDGID) != 0;
    fileSystem.write(x, x.node(), write.handle(), write.offset(), x.writeData(size), kill, x);
    return true;
  }

  private boolean flush(Exchange x, long in) {
    flush.wrap(in);
    fileSystem.flush(x, x.node(), flush.handle(), x);
    return true;
  }

  private boolean release(Exchange x, long in) {
    release.wrap(in);
    fileSystem.release(x, x.node(), release.handle(), x);
    return true;
  }

  private boolean fsync(Exchange x, long in) {
    fsync.wrap(in);
    fileSystem.fsync(x, x.node(), fsync.handle(), fsync.dataOnly(), x);
    return true;
  }

  private boolean opendir(Exchange x, long in) {
    open.wrap(in);
    x.stageOpen();
    fileSystem.opendir(x, x.node(), open.flags(), x);
    return true;
  }

  private boolean readdir(Exchange x, long in, boolean plus) {
    read.wrap(in);
    int size = read.size();
    if (size < 0 || size > x.slot().payloadSize()) {
      return false;
    }
    x.stageDirectory(size, plus);
    fileSystem.readdir(x, x.node(), read.handle(), read.offset(), x);
    return true;
  }

  private boolean releasedir(Exchange x, long in) {
    release.wrap(in);
    fileSystem.releasedir(x, x.node(), release.handle(), x);
    return true;
  }

  private boolean fsyncdir(Exchange x, long in) {
    fsync.wrap(in);
    fileSystem.fsyncdir(x, x.node(), fsync.handle(), fsync.dataOnly(), x);
    return true;
  }

  private boolean statfs(Exchange x) {
    x.stage(StatfsOut.SIZE);
    fileSystem.statfs(x, x.node(), x);
    return true;
  }

  private boolean interrupt(Exchange x, long in) {
    x.unanswerable();
    interrupt.wrap(in);
    session.interrupts().interrupt(interrupt.unique());
    x.done();
    return true;
  }

  private boolean destroy(Exchange x) {
    x.done();
    return true;
  }

  private boolean unserved(Exchange x) {
    x.error(Errno.ENOSYS);
    return true;
  }
}
