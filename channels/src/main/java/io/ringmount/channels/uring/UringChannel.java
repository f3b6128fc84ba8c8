package io.ringmount.channels.uring;

import io.ringmount.channels.Channel;
import io.ringmount.channels.FileTransfer;
import io.ringmount.channels.RingMode;
import io.ringmount.channels.Session;
import io.ringmount.channels.Slot;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.EventFd;
import io.ringmount.channels.linux.IoUring;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.Scheduling;
import io.ringmount.channels.waiting.Arrivals;
import io.ringmount.channels.waiting.WaitStrategy;
import io.ringmount.channels.wire.UringRequestHeader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel on a ring of its own. One blocking {@code io_uring_enter} commits every finished reply,
 * fetches the next requests and waits when there are none: one system call a request, fewer under
 * load. Data that a backend's file does not have at hand is read, and written, through the same
 * ring. Protocol: kernel {@code fs/fuse/dev_uring.c}.
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

  // user_data: the index of a slot, for its request; with TRANSFER added, for its transfer.
  private static final long TRANSFER = 1L << 32;
  private static final long WAKE = -1;
  private static final long CANCEL = -2;
  private static final long GUARD = -3;
  private static final long SUCCESSOR = -4;

  /** Entries besides those of slots: the wake-up, the guard and cancellations. */
  private static final int OTHER_ENTRIES = 4;

  /** When there are more, they go in turns. */
  private static final int MOST_SUBMISSIONS = 4096;

  /** IORING_MAX_CQ_ENTRIES; when there are more, the kernel keeps the rest. */
  private static final int MOST_COMPLETIONS = 1 << 16;

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

  private final Rings rings;
  private final Balancer balancer;

  /** Transfers that other threads want this ring to carry. */
  private final MpscVarHandleArrayQueue<FileTransfer> submitted;

  /** Transfers to give up, with the request each was for. */
  private final MpscVarHandleArrayQueue<Cancellation> cancelled;

  private final Arrivals arrivals = this::hasArrived;
  private IoUring ring;
  private EventFd wake;

  /** Transfers that the kernel has. */
  private int carried;

  /** Whether the last request that arrived moves bulk data. */
  private boolean bulk;

  private int refused;
  private int refusal;
  private volatile boolean stopped;

  /** Set when the thread takes nothing more. */
  private volatile boolean left;

  /**
   * Set while the thread waits or is about to; whoever brings something then clears it and wakes.
   */
  @SuppressWarnings("FieldMayBeFinal") // written through BLOCKED
  private volatile boolean blocked = false;

  private record Cancellation(FileTransfer transfer, long unique) {}

  /**
   * @param slots each with its queue set
   * @param copies for detached requests
   */
  UringChannel(String name, int cpu, Slot[] slots, Slot[] copies, Session session, Rings rings) {
    super(name, cpu, slots, copies, session);
    this.rings = rings;
    this.balancer = new Balancer(this, rings, session.balanced());
    this.submitted = new MpscVarHandleArrayQueue<>(rings.size());
    this.cancelled = new MpscVarHandleArrayQueue<>(rings.size());
  }

  @Override
  protected void open() throws IOException {
    // A slot has at most one entry on its way for its request and one for its transfer.
    int own = slots().length + OTHER_ENTRIES;
    int submissions = Math.min(MOST_SUBMISSIONS, Integer.highestOneBit(2 * own) * 2);
    int completions = Math.min(MOST_COMPLETIONS, submissions * 8);
    if (rings.mode() == RingMode.SQPOLL) {
      ring = IoUring.createPolled(submissions, completions, cpu());
      // At any other priority it would take whole slices from clients and channel while it looks.
      Scheduling.makeIdle(ring.pollingThread());
    } else {
      int flags = IoUring.SINGLE_ISSUER | IoUring.DEFER_TASKRUN | IoUring.TASKRUN_FLAG;
      ring = IoUring.create(submissions, completions, flags);
    }
    ring.registerFiles(rings.fuseFd());
    // The kernel's own bound would let a few slow transfers stop all others.
    ring.limitWorkers(2 * rings.size(), 2 * rings.size());
    wake = EventFd.create();
  }

  @Override
  protected void run(ReadySignal signal) throws LinuxException {
    try {
      registerAll();
      signal.ready();
      serveAll();
    } catch (Throwable e) {
      // The kernel will not get back what this ring had: the others must not wait for it.
      rings.end();
      throw e;
    } finally {
      left = true;
      passOn();
    }
  }

  private void serveAll() throws LinuxException {
    // The kernel may write to memory of transfers as long as it has them.
    while ((!stopped && rings.alive()) || carried > 0) {
      process();
      waitStrategy().served(bulk);
      commit();
      if (hasRunnable()) {
        look();
      } else if (balancer.help()) {
        commit();
        look();
      } else {
        await();
      }
      if (drain() > 1 || hasRunnable()) {
        balancer.ask();
      }
    }
  }

  // ---- to the kernel ---------------------------------------------------------------------------

  /** Offers every slot to the kernel. A refusal completes at once, an acceptance with a request. */
  private void registerAll() throws LinuxException {
    int slots = slots().length;
    rings.offered(slots);
    try (Arena arena = Arena.ofConfined()) {
      long iovecs = arena.allocate(2L * IOVEC_SIZE * slots, Long.BYTES).address();
      // First: from the first registration on, requests come.
      if (rings.mode() == RingMode.STRICT) {
        guard();
      }
      for (int i = 0; i < slots; i++) {
        register(slots()[i], iovecs + 2L * IOVEC_SIZE * i);
      }
      pollWake();
      // The kernel copies the vectors when it takes the entries.
      while (ring.pending() > 0) {
        check(ring.flush());
      }
    }
    drain();
    if (refused > 0) {
      throw new LinuxException("FUSE_IO_URING_CMD_REGISTER", name(), refusal);
    }
  }

  private void register(Slot slot, long iovecs) throws LinuxException {
    Memory.putLong(iovecs, slot.headerAddress());
    Memory.putLong(iovecs + 8, UringRequestHeader.SIZE);
    Memory.putLong(iovecs + IOVEC_SIZE, slot.payloadAddress());
    Memory.putLong(iovecs + IOVEC_SIZE + 8, slot.payloadSize());
    long sqe = command(REGISTER, slot);
    Memory.putLong(sqe + IoUring.SQE_ADDRESS, iovecs);
    Memory.putInt(sqe + IoUring.SQE_LENGTH, 2);
  }

  private long command(int command, Slot slot) throws LinuxException {
    slot.offered();
    // Requests of other processors may come while this thread ends.
    boolean linked = slot.queue() != cpu() && rings.mode() == RingMode.STRICT;
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

  private long nextSqe() throws LinuxException {
    makeRoom(1);
    return ring.nextSqe();
  }

  private void makeRoom(int entries) throws LinuxException {
    while (ring.room() < entries) {
      check(ring.awaitRoom());
    }
  }

  /** Prepares all that is to be handed to the kernel; the next {@link #enter} sends it. */
  private void commit() throws LinuxException {
    int replies = 0;
    for (Slot slot = takeFree(); slot != null; slot = takeFree()) {
      if (slot.home() != this) {
        if (!balancer.keeps(slot)) {
          ((UringChannel) slot.home()).bring(slot);
          continue;
        }
      }
      long commitId = slot.commitId();
      long sqe = command(COMMIT_AND_FETCH, slot);
      Memory.putLong(sqe + COMMIT_ID, commitId);
      replies++;
    }
    metrics().batch(replies);
    for (FileTransfer each = submitted.poll(); each != null; each = submitted.poll()) {
      prepare(each);
    }
    for (Cancellation each = cancelled.poll(); each != null; each = cancelled.poll()) {
      if (each.transfer.unique() == each.unique) {
        long sqe = nextSqe();
        Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) IoUring.OP_ASYNC_CANCEL);
        Memory.putInt(sqe + IoUring.SQE_FD, -1);
        Memory.putLong(sqe + IoUring.SQE_ADDRESS, TRANSFER | each.transfer.index());
        Memory.putLong(sqe + IoUring.SQE_USER_DATA, CANCEL);
      }
    }
  }

  private void prepare(FileTransfer transfer) throws LinuxException {
    long sqe = nextSqe();
    carried++;
    transfer.prepare(sqe);
    Memory.putLong(sqe + IoUring.SQE_USER_DATA, TRANSFER | transfer.index());
  }

  /** Sends what is prepared and waits for something to do. */
  private void await() throws LinuxException {
    WaitStrategy strategy = waitStrategy();
    if (!strategy.polls() || !poll(strategy)) {
      strategy.blocking();
      block();
      strategy.unblocked();
    }
  }

  /** Sends what is prepared and looks for something to do for a while. */
  private boolean poll(WaitStrategy strategy) throws LinuxException {
    look();
    if (ring.ready() > 0) {
      return true;
    }
    long start = System.nanoTime();
    boolean found = strategy.poll(arrivals);
    metrics().polled(found, System.nanoTime() - start);
    if (found) {
      look();
    }
    return found;
  }

  private void block() throws LinuxException {
    // The order matters: say "blocked", then look; the other side brings, then looks at "blocked".
    BLOCKED.setVolatile(this, true);
    boolean idle = !hasBrought();
    enter(idle ? 1 : 0);
    BLOCKED.setOpaque(this, false);
    if (idle) {
      metrics().waited();
    }
  }

  private void enter(int minComplete) throws LinuxException {
    long calls = ring.calls();
    check(ring.enter(minComplete));
    if (ring.calls() != calls) {
      metrics().systemCall();
    }
  }

  /** Whether other threads have brought something. */
  private boolean hasBrought() {
    return hasFree()
        || hasRunnable()
        || !submitted.isEmpty()
        || !cancelled.isEmpty()
        || balancer.isAsked()
        || ((stopped || !rings.alive()) && carried == 0);
  }

  /** Whether there is something to do. */
  private boolean hasArrived() {
    return ring.hasWork() || hasBrought();
  }

  /** Sends what is prepared and takes in what is there. */
  private void look() throws LinuxException {
    if (ring.pending() > 0 || ring.hasWork()) {
      enter(0);
    }
  }

  private void check(int result) throws LinuxException {
    // Interrupted, or the kernel wants completions to be read first: nothing is lost, the loop
    // returns.
    if (result < 0 && result != -Errno.EINTR && result != -Errno.EAGAIN && result != -Errno.EBUSY) {
      throw new LinuxException("io_uring_enter", name(), -result);
    }
  }

  // ---- from the kernel -------------------------------------------------------------------------

  /** Takes in what has arrived, and says how much. */
  private int drain() throws LinuxException {
    int arrived = ring.ready();
    if (arrived > 0) {
      lookAtClock();
    }
    for (int ready = arrived; ready > 0; ready--) {
      long userData = ring.userData();
      int result = ring.result();
      ring.advance();
      if (userData >= TRANSFER) {
        transferred(rings.slot((int) userData), result);
      } else if (userData >= 0) {
        arrived(rings.slot((int) userData), result);
      } else if (userData == WAKE) {
        wake.drain();
        pollWake();
      } else if (userData == GUARD) {
        guard();
      }
    }
    return arrived;
  }

  private void arrived(Slot slot, int result) {
    if (result == 0) {
      slot.receivedFromRing(this);
      received(slot);
      bulk = slot.bulk();
      return;
    }
    // The kernel gave a slot back without a request: always when the connection ends.
    refused++;
    refusal = -result;
    rings.lost();
    if (result != -Errno.ENOTCONN && result != -Errno.ECONNABORTED && result != -Errno.ECANCELED) {
      metrics().failed();
      LOG.error(
          "slot {} of queue {} is lost: {}", slot.index(), slot.queue(), Errno.describe(-result));
    }
  }

  private void transferred(Slot slot, int result) {
    carried--;
    slot.transfer().completed(result);
  }

  private void pollWake() throws LinuxException {
    long sqe = nextSqe();
    Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) IoUring.OP_POLL_ADD);
    Memory.putInt(sqe + IoUring.SQE_FD, wake.fd());
    Memory.putInt(sqe + IoUring.SQE_POLL_EVENTS, POLLIN);
    Memory.putLong(sqe + IoUring.SQE_USER_DATA, WAKE);
  }

  private void guard() throws LinuxException {
    long sqe = nextSqe();
    rings.guard().prepare(sqe);
    Memory.putLong(sqe + IoUring.SQE_USER_DATA, GUARD);
  }

  // ---- other threads ---------------------------------------------------------------------------

  @Override
  protected void reply(Slot slot, boolean answerable, int error, int bytes) {
    // Through a ring every request is answered: the commit is what returns the slot.
    slot.replyToRing(error, bytes);
    slot.ready();
    bring(slot);
  }

  /** Takes a slot whose reply is ready, to commit it. Any thread. */
  void bring(Slot slot) {
    recycle(slot);
    if (!onThread()) {
      wake();
    }
  }

  @Override
  public void submit(FileTransfer transfer) {
    submitted.offer(transfer);
    if (left) {
      passOn();
    } else if (!onThread()) {
      wake();
    }
  }

  /** Has others carry what this thread will not any more. */
  private synchronized void passOn() {
    for (FileTransfer each = submitted.poll(); each != null; each = submitted.poll()) {
      super.submit(each);
    }
  }

  @Override
  public void cancel(FileTransfer transfer, long unique) {
    if (cancelled.offer(new Cancellation(transfer, unique))) {
      wake();
    }
  }

  @Override
  protected void wake() {
    VarHandle.fullFence();
    if (blocked && BLOCKED.compareAndSet(this, true, false)) {
      wake.signal();
    }
  }

  /** Whether the thread has nothing to do. Any thread. */
  boolean isBlocked() {
    return blocked;
  }

  Balancer balancer() {
    return balancer;
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
