package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.IoUring;
import io.ringmount.channels.linux.Memory;

/**
 * Data on its way between a backend's file and the memory of a request, in as many steps as it
 * takes. Each exchange has one and uses it again. A step is done in one of three ways: at once,
 * when it need not wait; by a ring; or by a worker thread that may wait.
 */
public final class FileTransfer implements Runnable {
  private final Exchange exchange;
  private int operation;
  private BackendFile file;
  private long address;
  private long offset;
  private int length;
  private int flags;
  private int done;

  FileTransfer(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Reads until {@code length} bytes or the end of the file; then answers. */
  void read(BackendFile from, long position, int size) {
    begin(IoUring.OP_READ, from, exchange.payloadAddress(), position, size, 0);
    if (!readAtOnce()) {
      submit();
    }
  }

  /**
   * Writes all of the data; then answers.
   *
   * @param rwFlags of pwritev2(2)
   */
  void write(BackendFile to, long from, int size, long position, int rwFlags) {
    begin(IoUring.OP_WRITE, to, from, position, size, rwFlags);
    if (to.writesWait() || !exchange.triesAtOnce()) {
      submit();
    } else {
      run();
    }
  }

  void sync(BackendFile what, boolean dataOnly) {
    begin(IoUring.OP_FSYNC, what, 0, 0, 0, dataOnly ? 1 : 0);
    submit();
  }

  private void begin(
      int newOperation, BackendFile newFile, long memory, long position, int size, int newFlags) {
    operation = newOperation;
    file = newFile;
    address = memory;
    offset = position;
    length = size;
    flags = newFlags;
    done = 0;
  }

  /** Takes what is in the page cache; false when the rest has to be waited for. */
  private boolean readAtOnce() {
    if (!exchange.triesAtOnce() || file.readsWait()) {
      return false;
    }
    if (file.neverWaits()) {
      run();
      return true;
    }
    if (!file.tellsWaiting()) {
      return false;
    }
    while (true) {
      long result =
          FileOps.preadv2(
              file.descriptor(),
              exchange.vector(address + done, length - done),
              1,
              offset + done,
              FileFlags.RWF_NOWAIT);
      if (result == -Errno.EAGAIN) {
        return false;
      }
      if (result == -Errno.EOPNOTSUPP) {
        file.cannotTellWaiting();
        return false;
      }
      if (ended(result)) {
        end(result);
        return true;
      }
    }
  }

  private void submit() {
    exchange.sink().submit(this);
  }

  /** Goes on until the end, waiting where need be, on the calling thread. */
  @Override
  public void run() {
    long result;
    do {
      result = step();
    } while (!ended(result));
    end(result);
  }

  private long step() {
    int fd = file.descriptor();
    long from = address + done;
    int left = length - done;
    return switch (operation) {
      case IoUring.OP_READ -> FileOps.pread(fd, from, left, offset + done);
      case IoUring.OP_WRITE ->
          flags == 0
              ? FileOps.pwrite(fd, from, left, offset + done)
              : FileOps.pwritev2(fd, exchange.vector(from, left), 1, offset + done, flags);
      default -> flags == 0 ? FileOps.fsync(fd) : FileOps.fdatasync(fd);
    };
  }

  /** Fills a ring's entry with the next step. */
  public void prepare(long sqe) {
    Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) operation);
    Memory.putInt(sqe + IoUring.SQE_FD, file.descriptor());
    if (operation != IoUring.OP_FSYNC) {
      Memory.putLong(sqe + IoUring.SQE_OFFSET, offset + done);
      Memory.putLong(sqe + IoUring.SQE_ADDRESS, address + done);
      Memory.putInt(sqe + IoUring.SQE_LENGTH, length - done);
    }
    Memory.putInt(sqe + IoUring.SQE_OPERATION_FLAGS, flags);
  }

  /** A step came to {@code result}, a number of bytes or {@code -errno}. */
  public void completed(int result) {
    if (ended(result)) {
      end(result);
    } else {
      submit();
    }
  }

  /** Notes a step's result; whether it was the last. */
  private boolean ended(long result) {
    if (result > 0) {
      done += (int) result;
      return done >= length;
    }
    if (result == -Errno.EINTR) {
      return exchange.slot().isGivenUp();
    }
    return result != -Errno.EAGAIN;
  }

  private void end(long result) {
    BackendFile used = file;
    int moved = done;
    if (operation == IoUring.OP_READ && result != -Errno.ECANCELED && result != -Errno.EINTR) {
      BackendFile instead = used.readEnded(address, offset, length, result < 0 ? result : moved);
      if (instead != null) {
        file = instead;
        done = 0;
        submit();
        return;
      }
    }
    file = null;
    // Before the answer: with it the exchange may begin the next request.
    used.release();
    // A read that ends short is the end of the file to the kernel, which then cuts the size.
    if (result < 0 && (moved == 0 || operation == IoUring.OP_READ)) {
      exchange.error(result == -Errno.ECANCELED ? Errno.EINTR : (int) -result);
    } else {
      exchange.transferred(moved);
    }
  }

  /** Whether it is on its way: it will answer the request. */
  boolean isActive() {
    return file != null;
  }

  boolean bulk() {
    return exchange.slot().bulk();
  }

  /** The index of the slot whose request it serves. */
  public int index() {
    return exchange.slot().index();
  }

  /** The request whose transfer it is at present. */
  public long unique() {
    return exchange.unique();
  }
}
