package io.ringmount.channels.uring;

import io.ringmount.channels.Channel;
import io.ringmount.channels.FileTransfer;
import io.ringmount.channels.RingMode;
import io.ringmount.channels.Session;
import io.ringmount.channels.Slot;
import io.ringmount.channels.SlotRecovery;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.IoUring;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.channels.linux.Scheduling;
import io.ringmount.channels.waiting.Arrivals;
import io.ringmount.channels.waiting.WaitStrategy;
import io.ringmount.channels.waiting.WakeUp;
import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel on a ring of its own. One blocking {@code io_uring_enter} commits every finished reply,
 * fetches the next requests and waits when there are none: one system call a request, fewer under
 * load. Data that a backend's file does not have at hand is read, and written, through the same
 * ring. Entries are filled by {@link Submissions}. Protocol: kernel {@code fs/fuse/dev_uring.c}.
 */
final class UringChannel extends Channel {
  private static final Logger LOG = LoggerFactory.getLogger(UringChannel.class);

  /** When there are more, they go in turns. */
  private static final int MOST_SUBMISSIONS = 4096;

  /** IORING_MAX_CQ_ENTRIES; when there are more, the kernel keeps the rest. */
  private static final int MOST_COMPLETIONS = 1 << 16;

  private final Rings rings;
  private final Balancer balancer;
  private final Transfers transfers;
  private final Succession succession;
  private final WakeUp wakeUp = new WakeUp();
  private final Arrivals arrivals = this::hasArrived;
  private final SecondLook secondLook = new SecondLook();
  private IoUring ring;
  private Submissions submissions;

  /** Of this thread's processor; null when it is never lent. */
  private Lender.Loan loan;

  /** The ring's thread in the kernel; null when it has none or is not watched. */
  private StarvationGuard.Watched watched;

  /** Requests whose caller came from another processor. */
  private int moves;

  /** Slots whose transfers the kernel has. */
  private final BitSet carried;

  /** Whether the last request that arrived moves bulk data. */
  private boolean bulk;

  private int refused;
  private int refusal;
  private volatile boolean stopped;

  /** With {@link #stopped}: transfers that the kernel has are left to end by themselves. */
  private volatile boolean leaving;

  /**
   * @param slots each with its queue set
   * @param copies for detached requests
   */
  UringChannel(String name, int cpu, Slot[] slots, Slot[] copies, Session session, Rings rings) {
    super(name, cpu, slots, copies, session);
    this.rings = rings;
    this.balancer = new Balancer(this, rings, session.balanced());
    this.transfers = new Transfers(rings.size());
    this.carried = new BitSet(rings.size());
    this.succession = new Succession(this, rings);
  }

  @Override
  protected void open() throws IOException {
    // A slot has at most one entry on its way for its request and one for its transfer.
    int own = slots().length + Submissions.OTHER_ENTRIES;
    int entries = Math.min(MOST_SUBMISSIONS, Integer.highestOneBit(2 * own) * 2);
    int completions = Math.min(MOST_COMPLETIONS, entries * 8);
    if (rings.mode() == RingMode.SQPOLL) {
      ring = IoUring.createPolled(entries, completions, cpu());
      int poller = ring.pollingThread();
      // At any other priority it would take whole slices from clients and channel while it looks.
      Scheduling.makeIdle(poller);
      watched = rings.starvationGuard().flatMap(g -> g.watch(poller, metrics())).orElse(null);
    } else {
      int flags = IoUring.SINGLE_ISSUER | IoUring.DEFER_TASKRUN | IoUring.TASKRUN_FLAG;
      ring = IoUring.create(entries, completions, flags);
    }
    ring.registerFiles(rings.fuseFd());
    // The kernel's own bound would let a few slow transfers stop all others.
    ring.limitWorkers(2 * rings.size(), 2 * rings.size());
    submissions = new Submissions(ring, rings, this);
    wakeUp.open();
    loan = rings.lender().flatMap(lender -> lender.join(metrics())).orElse(null);
  }

  @Override
  protected void run(ReadySignal signal) throws LinuxException {
    try {
      if (rings.legacy() == null) {
        registerAll();
        signal.ready();
      } else {
        rings.offered(slots().length);
        submissions.begin(wakeUp.fd());
        succession.begin(slots(), submissions, signal::ready);
      }
      serveAll();
    } catch (Throwable e) {
      // The kernel will not get back what this ring had: the others must not wait for it.
      rings.end();
      throw e;
    } finally {
      transfers.leave();
      passOn();
    }
  }

  private void serveAll() throws LinuxException {
    // The kernel may write to memory of transfers as long as it has them.
    while ((!stopped && rings.alive()) || (!carried.isEmpty() && !leaving)) {
      succession.goOn(submissions);
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
    submissions.end();
  }

  // ---- to the kernel ---------------------------------------------------------------------------

  private void registerAll() throws LinuxException {
    rings.offered(slots().length);
    submissions.begin(wakeUp.fd());
    for (Slot slot : slots()) {
      submissions.register(slot);
    }
    submissions.flush();
    drain();
    if (refused > 0) {
      throw new LinuxException("FUSE_IO_URING_CMD_REGISTER", name(), refusal);
    }
  }

  /** Goes on with a slot that an earlier process has let go. */
  void goOn(Slot slot, SlotRecovery.Step step) {
    lookAtClock();
    if (step == SlotRecovery.Step.RESUME) {
      slot.resumedFromRing(this);
    } else {
      slot.receivedFromRing(this);
    }
    metrics().recovered(step == SlotRecovery.Step.RESUME);
    received(slot);
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
      submissions.commit(slot);
      replies++;
    }
    metrics().batch(replies);
    FileTransfer each;
    while ((each = transfers.takeSubmitted()) != null) {
      if (loan != null) {
        // The kernel may make a thread for it, of this thread's priority.
        loan.reclaim();
      }
      submissions.transfer(each);
      carried.set(each.index());
    }
    while ((each = transfers.takeCancelled()) != null) {
      submissions.cancel(each);
    }
  }

  /** Sends what is prepared and waits for something to do. */
  private void await() throws LinuxException {
    WaitStrategy strategy = waitStrategy();
    if (!mayPoll() || !strategy.polls() || !poll(strategy)) {
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
    wakeUp.announce();
    boolean idle = !hasBrought();
    enter(idle ? 1 : 0);
    wakeUp.end();
    if (idle) {
      metrics().waited();
      if (secondLook.due() && ring.ready() == 1) {
        enter(0);
        secondLook.found(ring.ready() > 1);
      }
    }
  }

  private void enter(int minComplete) throws LinuxException {
    long calls = ring.calls();
    submissions.check(ring.enter(minComplete));
    if (ring.calls() != calls) {
      metrics().systemCall();
    }
  }

  /** Whether other threads have brought something. */
  private boolean hasBrought() {
    return hasFree()
        || hasRunnable()
        || !transfers.isEmpty()
        || balancer.isAsked()
        || succession.isDue()
        || ((stopped || !rings.alive()) && carried.isEmpty());
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

  // ---- from the kernel -------------------------------------------------------------------------

  /** Takes in what has arrived, and says how much. */
  private int drain() throws LinuxException {
    int arrived = ring.ready();
    if (arrived > 0) {
      lookAtClock();
      if (watched != null) {
        watched.active();
      }
    }
    for (int ready = arrived; ready > 0; ready--) {
      long userData = ring.userData();
      int result = ring.result();
      ring.advance();
      if (userData >= Submissions.TRANSFER) {
        transferred(rings.slot((int) userData), result);
      } else if (userData >= 0) {
        arrived(rings.slot((int) userData), result);
      } else if (userData == Submissions.WAKE) {
        wakeUp.drain();
        submissions.poll(wakeUp.fd());
      } else if (userData == Submissions.GUARD) {
        submissions.guard();
      }
    }
    return arrived;
  }

  private void arrived(Slot slot, int result) throws LinuxException {
    if (succession.concerns(slot, result, submissions)) {
      return;
    }
    if (result == 0) {
      slot.receivedFromRing(this);
      noteCaller(slot);
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

  private void noteCaller(Slot slot) {
    // What bulk data costs is far more than a move.
    if (loan != null && !slot.bulk() && rings.callers().moved(slot.pid(), slot.queue())) {
      metrics().moved();
      if (++moves % Lender.ATTENTION == 0) {
        rings.lender().get().attention();
      }
    }
  }

  private void transferred(Slot slot, int result) {
    carried.clear(slot.index());
    slot.transfer().completed(result);
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
    if (!transfers.submit(transfer)) {
      passOn();
    } else if (!onThread()) {
      wake();
    }
  }

  /** Has others carry what this thread will not any more. */
  private synchronized void passOn() {
    FileTransfer each;
    while ((each = transfers.takeSubmitted()) != null) {
      super.submit(each);
    }
  }

  @Override
  public void cancel(FileTransfer transfer, long unique) {
    if (transfers.cancel(transfer, unique)) {
      wake();
    }
  }

  @Override
  protected void wake() {
    wakeUp.wake();
  }

  @Override
  protected boolean isWaiting() {
    return isBlocked();
  }

  /** Whether the thread has nothing to do. Any thread. */
  boolean isBlocked() {
    return wakeUp.isBlocked();
  }

  Balancer balancer() {
    return balancer;
  }

  /** As {@link Channel#kick}. */
  boolean kickQueue() {
    return kick(rings.fuseFd());
  }

  /** What tells when the kernel has ended the thread, the caller's; empty when it has. */
  Optional<PidFd> openThread() throws LinuxException {
    try {
      return Optional.of(PidFd.openThread(threadId()));
    } catch (LinuxException e) {
      if (e.errno() == Errno.ESRCH) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Makes the thread leave its loop though the connection lives; any thread. */
  void stop() {
    stopped = true;
    wakeUp.signal();
  }

  /**
   * As {@link #stop}, so that a successor can go on.
   *
   * @param copies the memory of transfers is not that of slots: they need not be waited for
   */
  void leave(boolean copies) {
    leaving = copies;
    stop();
  }

  /** What the kernel still has of transfers comes to nothing: nobody asks the ring any more. */
  @Override
  protected void left() {
    leaveDetached();
    carried.stream().forEach(index -> rings.slot(index).transfer().completed(-Errno.ECANCELED));
    carried.clear();
  }

  @Override
  protected void release() {
    if (loan != null) {
      loan.close();
    }
    if (watched != null) {
      watched.close();
    }
    if (ring != null) {
      ring.close();
    }
  }

  /** Gives back the wake-up, which a reply may need longer than the thread lives. */
  void close() {
    wakeUp.close();
  }
}
