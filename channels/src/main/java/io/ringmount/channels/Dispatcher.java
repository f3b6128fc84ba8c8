package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.metrics.ChannelMetrics;
import io.ringmount.channels.wire.BatchForgetIn;
import io.ringmount.channels.wire.ForgetIn;
import io.ringmount.channels.wire.ForgetOne;
import io.ringmount.channels.wire.InterruptIn;
import io.ringmount.channels.wire.Opcode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes requests and calls the file system. Belongs to one channel thread.
 *
 * <p>Requests are checked here, once: lengths against the operation, names for their NUL and for
 * what a name may not be, sizes against the payload. A request that fails is answered with EINVAL
 * for itself alone and counted; the file system never sees it. What an operation is about says
 * where it is decoded: {@link NameOperations}, {@link NodeOperations}, {@link XattrOperations}, or
 * here when it is none.
 */
final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /** A whole page below 4 GiB, so that who copies on does so from a page. */
  private static final long MOST_OF_32_BITS = (1L << 32) - 4096;

  private final Session session;
  private final FileSystem fileSystem;
  private final NameOperations names;
  private final NodeOperations nodes;
  private final XattrOperations xattrs;

  private final BatchForgetIn batchForget = new BatchForgetIn();
  private final ForgetIn forget = new ForgetIn();
  private final ForgetOne forgetOne = new ForgetOne();
  private final InterruptIn interrupt = new InterruptIn();

  /**
   * @param session whose file system is called, on the thread that calls {@link #dispatch}
   */
  Dispatcher(Session session) {
    this.session = session;
    this.fileSystem = session.fileSystem();
    this.names = new NameOperations(fileSystem);
    this.nodes = new NodeOperations(fileSystem);
    this.xattrs = new XattrOperations(fileSystem);
  }

  /** Starts the request; returns when the file system does. Whatever happens, it is answered. */
  void dispatch(Exchange exchange, ChannelMetrics metrics) {
    exchange.begin();
    long unique = exchange.unique();
    try {
      if (!exchange.slot().request().wellFormed() || !call(exchange)) {
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

  /** Calls the operation; false, and nothing called, when the request is malformed. */
  private boolean call(Exchange x) {
    long in = x.slot().request().operation();
    return switch (x.opcode()) {
      case Opcode.LOOKUP -> names.lookup(x);
      case Opcode.FORGET -> forget(x, in);
      case Opcode.BATCH_FORGET -> batchForget(x, in);
      case Opcode.GETATTR -> nodes.getattr(x, in);
      case Opcode.STATX -> nodes.statx(x, in);
      case Opcode.SETATTR -> nodes.setattr(x, in);
      case Opcode.READLINK -> nodes.readlink(x);
      case Opcode.SYMLINK -> names.symlink(x);
      case Opcode.MKNOD -> names.mknod(x, in);
      case Opcode.MKDIR -> names.mkdir(x, in);
      case Opcode.UNLINK -> names.unlink(x);
      case Opcode.RMDIR -> names.rmdir(x);
      case Opcode.RENAME -> names.rename(x, in);
      case Opcode.RENAME2 -> names.rename2(x, in);
      case Opcode.LINK -> names.link(x, in);
      case Opcode.OPEN -> nodes.open(x, in);
      case Opcode.CREATE -> names.create(x, in);
      case Opcode.TMPFILE -> names.tmpfile(x, in);
      case Opcode.READ -> nodes.read(x, in);
      case Opcode.WRITE -> nodes.write(x, in);
      case Opcode.LSEEK -> nodes.lseek(x, in);
      case Opcode.FALLOCATE -> nodes.fallocate(x, in);
      case Opcode.COPY_FILE_RANGE -> nodes.copyFileRange(x, in, MOST_OF_32_BITS);
      case Opcode.COPY_FILE_RANGE_64 -> nodes.copyFileRange(x, in, Long.MAX_VALUE);
      case Opcode.FLUSH -> nodes.flush(x, in);
      case Opcode.RELEASE -> nodes.release(x, in);
      case Opcode.FSYNC -> nodes.fsync(x, in);
      case Opcode.OPENDIR -> nodes.opendir(x, in);
      case Opcode.READDIR -> nodes.readdir(x, in, false);
      case Opcode.READDIRPLUS -> nodes.readdir(x, in, true);
      case Opcode.RELEASEDIR -> nodes.releasedir(x, in);
      case Opcode.FSYNCDIR -> nodes.fsyncdir(x, in);
      case Opcode.STATFS -> nodes.statfs(x);
      case Opcode.SETXATTR -> xattrs.set(x, in);
      case Opcode.GETXATTR -> xattrs.get(x, in);
      case Opcode.LISTXATTR -> xattrs.list(x, in);
      case Opcode.REMOVEXATTR -> xattrs.remove(x);
      case Opcode.INTERRUPT -> interrupt(x, in);
      case Opcode.DESTROY -> destroy(x);
      case Opcode.NOTIFY_REPLY -> notifyReply(x);
      default -> unserved(x);
    };
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

  private boolean batchForget(Exchange x, long in) {
    x.unanswerable();
    batchForget.wrap(in);
    int count = batchForget.count();
    SlotRequest request = x.slot().request();
    if (count < 0 || (long) count * ForgetOne.SIZE > request.argumentsLength()) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      forgetOne.wrap(request.arguments() + (long) i * ForgetOne.SIZE);
      forget(forgetOne.node(), forgetOne.lookups());
    }
    x.done();
    return true;
  }

  private boolean interrupt(Exchange x, long in) {
    x.unanswerable();
    interrupt.wrap(in);
    session.interrupts().interrupt(interrupt.unique());
    x.done();
    return true;
  }

  /** What a kick was for has happened. */
  private static boolean notifyReply(Exchange x) {
    x.unanswerable();
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
