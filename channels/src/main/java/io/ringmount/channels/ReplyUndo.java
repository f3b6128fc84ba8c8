package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Opcode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes back what replies have given out that were never sent: the kernel does not know of it. */
final class ReplyUndo {
  private static final Logger LOG = LoggerFactory.getLogger(ReplyUndo.class);

  private final FileSystem fileSystem;

  ReplyUndo(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /**
   * Takes back what a successful reply has given out, as the kernel would in time, because it was
   * never sent; ends the exchange once more.
   */
  void undo(Exchange x) {
    try {
      switch (x.opcode()) {
        case Opcode.LOOKUP, Opcode.MKNOD, Opcode.MKDIR, Opcode.SYMLINK, Opcode.LINK -> {
          forgetOnce(x.staged().entry().node());
          x.again();
          x.done();
        }
        case Opcode.CREATE, Opcode.TMPFILE -> {
          long node = x.staged().entry().node();
          long handle = x.staged().open().handle();
          x.again();
          forgetOnce(node);
          fileSystem.release(x, node, handle, x);
        }
        case Opcode.OPEN -> {
          long handle = x.staged().open().handle();
          x.again();
          fileSystem.release(x, x.node(), handle, x);
        }
        case Opcode.OPENDIR -> {
          long handle = x.staged().open().handle();
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
}
