package io.ringmount.channels;

import io.ringmount.channels.wire.AttributesOut;
import io.ringmount.channels.wire.CopyFileRangeIn;
import io.ringmount.channels.wire.CopyFileRangeOut;
import io.ringmount.channels.wire.FallocateIn;
import io.ringmount.channels.wire.FlushIn;
import io.ringmount.channels.wire.FsyncIn;
import io.ringmount.channels.wire.GetattrIn;
import io.ringmount.channels.wire.LseekIn;
import io.ringmount.channels.wire.LseekOut;
import io.ringmount.channels.wire.OpenFlags;
import io.ringmount.channels.wire.OpenIn;
import io.ringmount.channels.wire.ReadIn;
import io.ringmount.channels.wire.ReleaseIn;
import io.ringmount.channels.wire.StatfsOut;
import io.ringmount.channels.wire.StatxIn;
import io.ringmount.channels.wire.WriteFlags;
import io.ringmount.channels.wire.WriteIn;
import io.ringmount.channels.wire.WriteOut;

/**
 * The operations on files and directories that the kernel knows by node, open or not: decodes their
 * arguments and calls the file system. Each says false, and calls nothing, when its request is
 * malformed. Belongs to one channel thread.
 */
final class NodeOperations {
  private final FileSystem fileSystem;

  private final FallocateIn fallocate = new FallocateIn();
  private final FlushIn flush = new FlushIn();
  private final FsyncIn fsync = new FsyncIn();
  private final GetattrIn getattr = new GetattrIn();
  private final LseekIn lseek = new LseekIn();
  private final OpenIn open = new OpenIn();
  private final ReadIn read = new ReadIn();
  private final ReleaseIn release = new ReleaseIn();
  private final StatxIn statx = new StatxIn();
  private final WriteIn write = new WriteIn();

  NodeOperations(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  boolean getattr(Exchange x, long in) {
    getattr.wrap(in);
    x.staged().stage(AttributesOut.SIZE);
    if (x.node() == WakeFile.NODE) {
      WakeFile.answer((AttributesReply) x);
      return true;
    }
    long handle = getattr.hasHandle() ? getattr.handle() : FileSystem.NO_HANDLE;
    fileSystem.getattr(x, x.node(), handle, x);
    return true;
  }

  boolean statx(Exchange x, long in) {
    statx.wrap(in);
    x.stageStatx();
    if (x.node() == WakeFile.NODE) {
      WakeFile.answer((StatxReply) x);
      return true;
    }
    long handle = statx.hasHandle() ? statx.handle() : FileSystem.NO_HANDLE;
    fileSystem.statx(x, x.node(), handle, statx.mask(), x);
    return true;
  }

  boolean setattr(Exchange x, long in) {
    x.setattr.wrap(in);
    x.staged().stage(AttributesOut.SIZE);
    fileSystem.setattr(x, x.node(), x.setattr, x);
    return true;
  }

  boolean readlink(Exchange x) {
    // The kernel takes a page, without the terminating NUL (fs/fuse/dir.c, fuse_readlink_page).
    x.stageData(Arguments.MAX_NAME);
    fileSystem.readlink(x, x.node(), x);
    return true;
  }

  boolean open(Exchange x, long in) {
    open.wrap(in);
    x.staged().stageOpen();
    boolean kill = (open.openFlags() & OpenFlags.OPEN_KILL_SUIDGID) != 0;
    fileSystem.open(x, x.node(), open.flags(), kill, x);
    return true;
  }

  boolean read(Exchange x, long in) {
    read.wrap(in);
    int size = read.size();
    if (size < 0 || size > x.slot().payloadSize() || read.offset() < 0) {
      return false;
    }
    x.stageData(size);
    fileSystem.read(x, x.node(), read.handle(), read.offset(), size, x);
    return true;
  }

  boolean write(Exchange x, long in) {
    write.wrap(in);
    int size = write.size();
    if (size < 0 || size != x.slot().request().argumentsLength() || write.offset() < 0) {
      return false;
    }
    x.staged().stage(WriteOut.SIZE);
    boolean kill = (write.writeFlags() & WriteFlags.KILL_SUIDGID) != 0;
    fileSystem.write(x, x.node(), write.handle(), write.offset(), x.writeData(size), kill, x);
    return true;
  }

  boolean lseek(Exchange x, long in) {
    lseek.wrap(in);
    x.staged().stage(LseekOut.SIZE);
    fileSystem.lseek(x, x.node(), lseek.handle(), lseek.offset(), lseek.whence(), x);
    return true;
  }

  boolean fallocate(Exchange x, long in) {
    fallocate.wrap(in);
    long offset = fallocate.offset();
    long length = fallocate.length();
    if (offset < 0 || length <= 0 || offset + length < 0) {
      return false;
    }
    fileSystem.fallocate(x, x.node(), fallocate.handle(), offset, length, fallocate.mode(), x);
    return true;
  }

  /**
   * @param most that the reply can count
   */
  boolean copyFileRange(Exchange x, long in, long most) {
    CopyFileRangeIn range = x.range;
    range.wrap(in);
    if (range.offset() < 0 || range.toOffset() < 0 || range.length() < 0 || range.flags() != 0) {
      return false;
    }
    x.staged().stage(CopyFileRangeOut.SIZE);
    fileSystem.copyFileRange(x, x.node(), range, Math.min(range.length(), most), x);
    return true;
  }

  boolean flush(Exchange x, long in) {
    flush.wrap(in);
    fileSystem.flush(x, x.node(), flush.handle(), x);
    return true;
  }

  boolean release(Exchange x, long in) {
    release.wrap(in);
    fileSystem.release(x, x.node(), release.handle(), x);
    return true;
  }

  boolean fsync(Exchange x, long in) {
    fsync.wrap(in);
    fileSystem.fsync(x, x.node(), fsync.handle(), fsync.dataOnly(), x);
    return true;
  }

  boolean opendir(Exchange x, long in) {
    open.wrap(in);
    x.staged().stageOpen();
    fileSystem.opendir(x, x.node(), open.flags(), x);
    return true;
  }

  boolean readdir(Exchange x, long in, boolean plus) {
    read.wrap(in);
    int size = read.size();
    if (size < 0 || size > x.slot().payloadSize()) {
      return false;
    }
    x.stageDirectory(size, plus);
    fileSystem.readdir(x, x.node(), read.handle(), read.offset(), x);
    return true;
  }

  boolean releasedir(Exchange x, long in) {
    release.wrap(in);
    fileSystem.releasedir(x, x.node(), release.handle(), x);
    return true;
  }

  boolean fsyncdir(Exchange x, long in) {
    fsync.wrap(in);
    fileSystem.fsyncdir(x, x.node(), fsync.handle(), fsync.dataOnly(), x);
    return true;
  }

  boolean statfs(Exchange x) {
    x.staged().stage(StatfsOut.SIZE);
    fileSystem.statfs(x, x.node(), x);
    return true;
  }
}
