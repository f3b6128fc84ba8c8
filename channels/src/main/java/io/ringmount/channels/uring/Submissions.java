package io.ringmount.channels.uring;

import io.ringmount.channels.FileTransfer;
import io.ringmount.channels.RingMode;
import io.ringmount.channels.Slot;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.IoUring;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.wire.UringRequestHeader;

/**
 * The entries that one channel hands to its ring. An entry is filled here and sent by the next call
 * of the ring, except that a full ring is emptied first. The ring's thread only.
 *
 * <p>{@code user_data} of an entry, and so of its completion, is the index of a slot for the slot's
 * request; with {@link #TRANSFER} added, for its transfer; and negative for all others.
 */
final class Submissions {
  static final long TRANSFER = 1L << 32;
  static final long WAKE = -1;
  static final long GUARD = -3;
  private static final long CANCEL = -2;
  private static final long SUCCESSOR = -4;

  /** Entries on their way besides those of slots: the wake-up, the guard and cancellations. */
  static final int OTHER_ENTRIES = 4;

  // struct fuse_uring_cmd_req in the command area of an entry.
  private static final int COMMIT_ID = IoUring.SQE_COMMAND + 8;
  private static final int QUEUE = IoUring.SQE_COMMAND + 16;

  private static final int REGISTER = 1;
  private static final int COMMIT_AND_FETCH = 2;

  /** Index of the connection's descriptor among the ring's registered files. */
  private static final int FUSE_FILE = 0;

  private static final int IOVEC_SIZE = 16;

  private final IoUring ring;
  private final Rings rings;
  private final UringChannel channel;
  private final boolean strict;

  /**
   * @param ring with the connection's descriptor as its first registered file
   * @param channel whose ring it is
   */
  Submissions(IoUring ring, Rings rings, UringChannel channel) {
    this.ring = ring;
    this.rings = rings;
    this.channel = channel;
    this.strict = rings.mode() == RingMode.STRICT;
  }

  /**
   * Begins: polls the wake-up, and guards the thread before it is handed any request.
   *
   * @param wakeUp the descriptor of the wake-up
   */
  void begin(int wakeUp) throws LinuxException {
    if (strict) {
      guard();
    }
    poll(wakeUp);
  }

  /** Offers a slot to the kernel: a refusal completes at once, an acceptance with a request. */
  void register(Slot slot) throws LinuxException {
    // In the slot, as the kernel reads them when it takes the entry.
    long iovecs = slot.vectorAddress();
    Memory.putLong(iovecs, slot.headerAddress());
    Memory.putLong(iovecs + 8, UringRequestHeader.SIZE);
    Memory.putLong(iovecs + IOVEC_SIZE, slot.payloadAddress());
    Memory.putLong(iovecs + IOVEC_SIZE + 8, slot.payloadSize());
    long sqe = command(REGISTER, slot);
    Memory.putLong(sqe + IoUring.SQE_ADDRESS, iovecs);
    Memory.putInt(sqe + IoUring.SQE_LENGTH, 2);
  }

  /** Returns when the kernel has taken all entries. */
  void flush() throws LinuxException {
    while (ring.pending() > 0) {
      check(ring.flush());
    }
  }

  /** Commits the reply in a slot and offers the slot for the next request. */
  void commit(Slot slot) throws LinuxException {
    long commitId = slot.commitId();
    long sqe = command(COMMIT_AND_FETCH, slot);
    Memory.putLong(sqe + COMMIT_ID, commitId);
  }

  private long command(int command, Slot slot) throws LinuxException {
    slot.offered();
    // Requests of other processors may come while this thread ends.
    boolean linked = strict && slot.queue() != channel.cpu();
    makeRoom(linked ? 2 : 1);
    long sqe = ring.nextSqe();
    Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) IoUring.OP_URING_CMD);
    int flags = IoUring.SQE_FIXED_FILE | (linked ? IoUring.SQE_IO_LINK : 0);
    Memory.putByte(sqe + IoUring.SQE_FLAGS, (byte) flags);
    Memory.putInt(sqe + IoUring.SQE_FD, FUSE_FILE);
    Memory.putInt(sqe + IoUring.SQE_CMD_OP, command);
    Memory.putLong(sqe + IoUring.SQE_USER_DATA, slot.index());
    Memory.putShort(sqe + QUEUE, (short) slot.queue());
    if (linked) {
      long successor = ring.nextSqe();
      rings.guard().prepareSuccessor(successor);
      Memory.putLong(successor + IoUring.SQE_USER_DATA, SUCCESSOR);
    }
    return sqe;
  }

  /** Has the kernel take the next step of a transfer; completes with what it came to. */
  void transfer(FileTransfer transfer) throws LinuxException {
    long sqe = nextSqe();
    transfer.prepare(sqe);
    Memory.putLong(sqe + IoUring.SQE_USER_DATA, TRANSFER | transfer.index());
  }

  /** Has the kernel give up a transfer if it can; the transfer completes in any case. */
  void cancel(FileTransfer transfer) throws LinuxException {
    long sqe = nextSqe();
    Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) IoUring.OP_ASYNC_CANCEL);
    Memory.putInt(sqe + IoUring.SQE_FD, -1);
    Memory.putLong(sqe + IoUring.SQE_ADDRESS, TRANSFER | transfer.index());
    Memory.putLong(sqe + IoUring.SQE_USER_DATA, CANCEL);
  }

  /** Completes once, with {@link #WAKE}, when the wake-up's descriptor is readable. */
  void poll(int wakeUp) throws LinuxException {
    long sqe = nextSqe();
    Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) IoUring.OP_POLL_ADD);
    Memory.putInt(sqe + IoUring.SQE_FD, wakeUp);
    Memory.putInt(sqe + IoUring.SQE_POLL_EVENTS, Poll.POLLIN);
    Memory.putLong(sqe + IoUring.SQE_USER_DATA, WAKE);
  }

  /** Guards the thread; completes, with {@link #GUARD}, only when it must be guarded anew. */
  void guard() throws LinuxException {
    long sqe = nextSqe();
    rings.guard().prepare(sqe);
    Memory.putLong(sqe + IoUring.SQE_USER_DATA, GUARD);
  }

  /**
   * Before the thread ends though the process lives: then no request need be lost in any mode, and
   * a successor need not ask whether the kernel has the last replies.
   */
  void end() throws LinuxException {
    if (rings.mode() == RingMode.BOUNDED) {
      guard();
    }
    flush();
  }

  private long nextSqe() throws LinuxException {
    makeRoom(1);
    return ring.nextSqe();
  }

  private void makeRoom(int entries) throws LinuxException {
    while (ring.room() < entries) {
      check(ring.awaitRoom());
    }
  }

  /** Throws if a call of the ring has failed for good. */
  void check(int result) throws LinuxException {
    // Interrupted, or the kernel wants completions to be read first: nothing is lost, the loop
    // returns.
    if (result < 0 && result != -Errno.EINTR && result != -Errno.EAGAIN && result != -Errno.EBUSY) {
      throw new LinuxException("io_uring_enter", channel.name(), -result);
    }
  }
}
