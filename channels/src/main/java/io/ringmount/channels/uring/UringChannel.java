package io.ringmount.channels.uring;

import io.ringmount.channels.Channel;
import io.ringmount.channels.Dispatcher;
import io.ringmount.channels.Slot;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.EventFd;
import io.ringmount.channels.linux.IoUring;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.wire.UringRequestHeader;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel on a ring of its own. One blocking {@code io_uring_enter} commits every finished reply,
 * fetches the next requests and waits when there are none: one system call a request, fewer under
 * load. Protocol: kernel {@code fs/fuse/dev_uring.c}.
 */
final class UringChannel extends Channel {
  private static final Logger LOG = LoggerFactory.getLogger(UringChannel.class);

  // struct fuse_uring_cmd_req in the command area of an entry.
  private static final int COMMIT_ID = IoUring.SQE_COMMAND + 8;
  private static final int QUEUE = IoUring.SQE_COMMAND + 16;

  private static final int REGISTER = 1;
  private static final int COMMIT_AND_FETCH = 2;

  /** Index of the connection's descriptor among the ring's registered files. */
  private static final int FUSE_FILE = 0;

  /** user_data of the poll on {@link #wake}; that of a slot is its position in the channel. */
  private static final long WAKE = -1;

  private static final int POLLIN = 1;
  private static final int IOVEC_SIZE = 16;

  private static final VarHandle BLOCKED;

  static {
    try {
      BLOCKED = MethodHandles.lookup().findVarHandle(UringChannel.class, "blocked", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int fuseFd;
  private IoUring ring;
  private EventFd wake;
  private int registered;
  private int refusal;
  private volatile boolean stopped;

  /**
   * Set while the thread waits or is about to; whoever recycles a slot then clears it and wakes.
   */
  @SuppressWarnings("FieldMayBeFinal") // written through BLOCKED
  private volatile boolean blocked = false;

  /**
   * @param fuseFd any descriptor of the connection; stays the caller's
   * @param slots each with its queue and its position among these set
   */
  UringChannel(String name, int cpu, int fuseFd, Slot[] slots, Dispatcher dispatcher) {
    super(name, cpu, slots, dispatcher);
    this.fuseFd = fuseFd;
  }

  @Override
  protected void open() throws LinuxException {
    // A slot has at most one entry on its way to the kernel, and so has the wake-up.
    int entries = Integer.highestOneBit(slots().length) * 2;
    ring = IoUring.create(entries, 2 * entries, IoUring.SINGLE_ISSUER | IoUring.DEFER_TASKRUN);
    ring.registerFiles(fuseFd);
    wake = EventFd.create();
  }

  @Override
  protected void run(ReadySignal signal) throws LinuxException {
    registerAll();
    signal.ready();
    process();
    while (registered > 0 && !stopped) {
      commit();
      exchange();
      process();
    }
  }

  /** Offers every slot to the kernel. A refusal completes at once, an acceptance with a request. */
  private void registerAll() throws LinuxException {
    int slots = slots().length;
    try (Arena arena = Arena.ofConfined()) {
      long iovecs = arena.allocate(2L * IOVEC_SIZE * slots, Long.BYTES).address();
      for (int i = 0; i < slots; i++) {
        register(i, iovecs + 2L * IOVEC_SIZE * i);
      }
      pollWake();
      while (ring.pending() > 0) {
        enter(0);
      }
    }
    drain();
    if (registered < slots) {
      throw new LinuxException("FUSE_IO_URING_CMD_REGISTER", name(), refusal);
    }
  }

  private void register(int position, long iovecs) {
    Slot slot = slots()[position];
    Memory.putLong(iovecs, slot.headerAddress());
    Memory.putLong(iovecs + 8, UringRequestHeader.SIZE);
    Memory.putLong(iovecs + IOVEC_SIZE, slot.payloadAddress());
    Memory.putLong(iovecs + IOVEC_SIZE + 8, slot.payloadSize());
    long sqe = command(REGISTER, slot, position);
    Memory.putLong(sqe + IoUring.SQE_ADDRESS, iovecs);
    Memory.putInt(sqe + IoUring.SQE_LENGTH, 2);
    registered++;
  }

  private long command(int command, Slot slot, int position) {
    slot.offered();
    long sqe = ring.nextSqe();
    Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) IoUring.OP_URING_CMD);
    Memory.putByte(sqe + IoUring.SQE_FLAGS, (byte) IoUring.SQE_FIXED_FILE);
    Memory.putInt(sqe + IoUring.SQE_FD, FUSE_FILE);
    Memory.putInt(sqe + IoUring.SQE_CMD_OP, command);
    Memory.putLong(sqe + IoUring.SQE_USER_DATA, position);
    Memory.putShort(sqe + QUEUE, (short) slot.queue());
    return sqe;
  }

  /** Prepares the commit of every slot in the free queue; the next {@link #enter} sends them. */
  private void commit() {
    for (Slot slot = takeFree(); slot != null; slot = takeFree()) {
      long commitId = slot.commitId();
      long sqe = command(COMMIT_AND_FETCH, slot, slot.position());
      Memory.putLong(sqe + COMMIT_ID, commitId);
    }
  }

  /** Sends what is prepared, waits for something to do, and takes in what has arrived. */
  private void exchange() throws LinuxException {
    // The order matters: say "blocked", then look; the other side recycles, then looks at
    // "blocked".
    BLOCKED.setVolatile(this, true);
    enter(hasFree() || stopped ? 0 : 1);
    BLOCKED.setOpaque(this, false);
    drain();
  }

  private void enter(int minComplete) throws LinuxException {
    int result = ring.enter(minComplete);
    // Interrupted, or the kernel wants completions to be read first: nothing is lost, the loop
    // returns.
    if (result < 0 && result != -Errno.EINTR && result != -Errno.EAGAIN && result != -Errno.EBUSY) {
      throw new LinuxException("io_uring_enter", name(), -result);
    }
  }

  private void drain() {
    for (int ready = ring.ready(); ready > 0; ready--) {
      long userData = ring.userData();
      int result = ring.result();
      ring.advance();
      if (userData == WAKE) {
        wake.drain();
        pollWake();
      } else if (result == 0) {
        Slot slot = slots()[(int) userData];
        slot.receivedFromRing();
        received(slot);
      } else {
        lost(slots()[(int) userData], result);
      }
    }
  }

  /** The kernel gave a slot back without a request: always when the connection ends. */
  private void lost(Slot slot, int result) {
    registered--;
    refusal = -result;
    if (result != -Errno.ENOTCONN && result != -Errno.ECONNABORTED && result != -Errno.ECANCELED) {
      counters().countFailed();
      LOG.error(
          "slot {} of queue {} is lost: {}", slot.index(), slot.queue(), Errno.describe(-result));
    }
  }

  private void pollWake() {
    long sqe = ring.nextSqe();
    Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) IoUring.OP_POLL_ADD);
    Memory.putInt(sqe + IoUring.SQE_FD, wake.fd());
    Memory.putInt(sqe + IoUring.SQE_POLL_EVENTS, POLLIN);
    Memory.putLong(sqe + IoUring.SQE_USER_DATA, WAKE);
  }

  @Override
  protected void reply(Slot slot, boolean answerable, int error, int bytes) {
    // Through a ring every request is answered: the commit is what returns the slot.
    slot.replyToRing(error, bytes);
    slot.ready();
    recycle(slot);
    if (!onThread()) {
      VarHandle.fullFence();
      if (blocked && BLOCKED.compareAndSet(this, true, false)) {
        wake.signal();
      }
    }
  }

  /** Makes the thread leave its loop though the connection lives; any thread. */
  void stop() {
    stopped = true;
    EventFd event = wake;
    if (event != null) {
      event.signal();
    }
  }

  @Override
  protected void release() {
    if (ring != null) {
      ring.close();
    }
  }

  /** Gives back the wake-up, which a reply may need longer than the thread lives. */
  void close() {
    if (wake != null) {
      wake.close();
    }
  }
}
