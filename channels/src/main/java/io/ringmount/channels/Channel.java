package io.ringmount.channels;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.metrics.ChannelMetrics;
import io.ringmount.channels.metrics.Metric;
import io.ringmount.channels.waiting.WaitStrategy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * One thread and the slots it serves. The thread takes requests from the kernel, hands them to the
 * file system and carries the replies back; it shares no lock with any other channel.
 *
 * <p>A slot is always in one of four places:
 *
 * <pre>
 *   kernel ──► processing queue ──► file system ──► free queue ──► kernel
 * </pre>
 *
 * The {@link ProcessingQueue} holds requests that have arrived and not been started; another
 * channel that has nothing to do may take them. The {@link RequestScheduler} takes them from there
 * to the file system. The {@link FreeQueue} holds slots that may be offered to the kernel. The life
 * of the thread is that of a {@link ChannelThread}.
 */
public abstract class Channel implements ReplySink {
  /** Any CPU will do. */
  public static final int UNPINNED = -1;

  private final String name;
  private final int cpu;
  private final Slot[] slots;
  private final Session session;
  private final ChannelWait wait = new ChannelWait();
  private final FreeQueue free;
  private final RequestScheduler scheduler;
  private final ChannelThread life;
  private final Thread thread;

  /** Set before the thread starts. */
  private ChannelMetrics metrics;

  /** Set by who wants to know whether the thread goes on, cleared by it. */
  private volatile boolean challenged;

  /**
   * The last time the thread looked at the clock, which it does for every request, by
   * System.nanoTime. This thread only.
   */
  private long now;

  /** Tells whoever started the channel that its requests are served from now on. */
  @FunctionalInterface
  protected interface ReadySignal {
    void ready();
  }

  /**
   * @param cpu the CPU to pin the thread to, or {@link #UNPINNED}
   * @param slots the channel's own from now on
   * @param copies as many again, or none: for requests that are served detached from their slots
   */
  protected Channel(String name, int cpu, Slot[] slots, Slot[] copies, Session session) {
    this.name = name;
    this.cpu = cpu;
    this.slots = slots.clone();
    this.session = session;
    // A slot of any channel may come here, so it is never full.
    this.free = new FreeQueue(Math.max(2, session.slots()));
    this.scheduler = new RequestScheduler(this, session, slots.length, copies);
    for (Slot slot : slots) {
      slot.belongTo(this);
    }
    this.life = new ChannelThread(this);
    this.thread = life.thread();
  }

  /** Takes the resources that belong to this thread. */
  protected abstract void open() throws Exception;

  /** Prepares the thread for its first request. Channel thread only, once. */
  final void begin() throws Exception {
    open();
    session.fileSystem().beginThread();
  }

  /** Serves until the connection ends; signals when every request of the kernel will be served. */
  protected abstract void run(ReadySignal signal) throws Exception;

  /** Gives back what {@link #open} took, as far as it came. */
  protected abstract void release();

  /** The thread serves no more. Channel thread only, once. */
  final void end() {
    scheduler.end();
    wait.close();
    release();
  }

  /**
   * Carries a finished reply back: writes its header, marks the slot ready and recycles it. Called
   * by whichever thread replies.
   *
   * @param answerable whether the kernel waits for this reply
   * @param error 0 or {@code -errno}
   * @param bytes of the reply in the payload
   */
  protected abstract void reply(Slot slot, boolean answerable, int error, int bytes);

  /**
   * Makes the kernel send a request that nobody waits for to the queue of the calling thread's
   * processor.
   *
   * @param fd of the connection
   * @return false when it does not: the {@link WakeFile} must be looked up first
   */
  protected static boolean kick(int fd) {
    return FuseDevice.kick(fd, WakeFile.NODE) == 0;
  }

  /**
   * Makes the thread look at its queues again if it sleeps, or as soon as it would. Any thread,
   * after the queue was changed. Required only while {@link #hasWaiting}.
   */
  protected abstract void wake();

  @Override
  public void submit(FileTransfer transfer) {
    try {
      session.workers().execute(transfer.bulk(), transfer);
    } catch (RejectedExecutionException e) {
      transfer.completed(-Errno.ENOMEM);
    }
  }

  @Override
  public boolean triesAtOnce() {
    return true;
  }

  @Override
  public final void complete(Slot slot) {
    Exchange exchange = slot.exchange();
    Channel receiver = slot.receiver();
    boolean bulk = slot.bulk();
    int opcode = slot.request().opcode();
    int error = exchange.replyError();
    long arrived = slot.arrived();
    long started = slot.started();
    if (error == -Errno.EINTR && slot.isInterrupted()) {
      receiver.metrics.interrupted();
    }
    if (slot.detached() != null) {
      slot.detached(null);
    }
    scheduler.starter().leaveLine(slot);
    // From here on the slot may hold another request.
    reply(slot, exchange.answerable(), error, exchange.replySize());
    long end = System.nanoTime();
    if (onThread()) {
      now = end;
    }
    receiver.scheduler.giveBack(bulk);
    // Last: when nothing is in flight, no thread touches a slot any more and they may be unmapped.
    receiver.metrics.completed(opcode, -error, started - arrived, end - arrived);
  }

  /** Starts the thread; it prepares itself. */
  public final void prepare() {
    life.prepare();
  }

  /** What the thread's preparations came to. */
  public final CompletableFuture<Void> opened() {
    return life.opened();
  }

  /** Lets the prepared thread serve. */
  public final CompletableFuture<Void> serve() {
    return life.serve();
  }

  /** Completes if the thread, once serving, ends for another reason than the connection's end. */
  public final CompletableFuture<Throwable> failure() {
    return life.failure();
  }

  /** Lets a thread that was prepared, or not even that, end without having served. */
  public final void abandon() {
    life.abandon();
  }

  /**
   * Waits until the thread begins no request any more; false when it still may after {@code
   * millis}.
   */
  final boolean awaitStop(long millis) throws InterruptedException {
    return life.awaitStop(millis);
  }

  /** Waits until the thread has ended; false when it still runs after {@code millis}. */
  public final boolean awaitEnd(long millis) throws InterruptedException {
    return life.awaitEnd(millis);
  }

  /**
   * The thread has ended, as the kernel sees it too, so that another process can serve: gives up
   * what that one will see to. Once, by the thread that has the channels leave.
   */
  protected void left() {}

  /**
   * Leaves detached requests that change nothing to a successor; the others end here. Only in
   * {@link #left}, and only where the successor finds requests in the slots.
   */
  protected final void leaveDetached() {
    for (Slot slot : slots) {
      long unique = slot.unique();
      Detached detached = slot.detached();
      if (detached != null
          && slot.holds(unique)
          && Interrupts.isRepeatable(slot.request().opcode())) {
        detached.leave(unique);
      }
    }
  }

  /** The kernel's number of the thread, once it is prepared. */
  protected final int threadId() {
    return life.threadId();
  }

  /** Whether the thread does nothing but wait for requests; any thread, and at once outdated. */
  protected abstract boolean isWaiting();

  /**
   * Whether the thread has gone on since this was last asked, or waits for requests. By one other
   * thread.
   */
  final boolean goesOn() {
    boolean goesOn = !challenged || isWaiting();
    challenged = true;
    return goesOn;
  }

  /** Requests that the file system has; any thread. */
  public final int running() {
    int count = scheduler.running();
    for (Slot slot : slots) {
      count += slot.detached() == null && SlotRecovery.isBusy(slot) ? 1 : 0;
    }
    return count;
  }

  /** Requests received and not yet answered, and those given up that still run; any thread. */
  public final int inFlight() {
    // A detached request counts as running before it is answered, so looks must be in this order.
    int unanswered = metrics == null ? 0 : metrics.inFlight();
    return Math.max(unanswered, scheduler.running());
  }

  /** A request has arrived in {@code slot}. Channel thread only. */
  protected final void received(Slot slot) {
    slot.arrived(now);
    metrics.received(slot.request().opcode());
    scheduler.arrived(slot);
  }

  /** Requests are about to be {@link #received}. Channel thread only. */
  protected final void lookAtClock() {
    now = System.nanoTime();
  }

  /** When the thread last looked at the clock, by System.nanoTime. Channel thread only. */
  final long now() {
    return now;
  }

  final RequestScheduler scheduler() {
    return scheduler;
  }

  // ---- the file system -------------------------------------------------------------------------

  /**
   * Hands requests to the file system: all that wait, except that of those that move bulk data only
   * one, so that what has arrived meanwhile can overtake the rest. Channel thread only.
   */
  protected final void process() {
    if (challenged) {
      challenged = false;
    }
    life.calmDown();
    scheduler.process();
  }

  /** Whether {@link #process} would start another request. Channel thread only. */
  protected final boolean hasRunnable() {
    return scheduler.hasRunnable();
  }

  /**
   * Whether the thread may poll for the next request: not while it runs before all others, as it
   * does for a moment when requests have waited for it to serve. Channel thread only.
   */
  protected final boolean mayPoll() {
    return !life.isUrgent();
  }

  /** Whether requests wait in this channel for what other threads bring. */
  protected final boolean hasWaiting() {
    return scheduler.hasWaiting();
  }

  /** Takes a request from another channel's queue and serves it here. Channel thread only. */
  public final boolean takeOver(Channel other) {
    return scheduler.takeOver(other.scheduler);
  }

  /** How many requests have arrived and not been started; any thread. */
  public final int depth() {
    return scheduler.depth();
  }

  /**
   * How long this thread would take for what is in its queue, as requests went lately, without the
   * request it is about to begin: nobody else would begin that sooner. Channel thread only.
   */
  public final long backlogNanos() {
    return scheduler.backlogNanos();
  }

  // ---- the free queue --------------------------------------------------------------------------

  /**
   * Takes a slot that may be offered to the kernel; null when there is none. Channel thread only.
   */
  protected final Slot takeFree() {
    return free.take();
  }

  protected final boolean hasFree() {
    return !free.isEmpty();
  }

  /** Puts a slot into the free queue. Any thread. */
  protected final void recycle(Slot slot) {
    if (onThread()) {
      free.keep(slot);
    } else {
      free.bring(slot);
    }
  }

  /** Whether the caller is this channel's thread. */
  @SuppressWarnings("ReferenceEquality") // a thread equals only itself
  protected final boolean onThread() {
    return Thread.currentThread() == thread;
  }

  protected final Thread thread() {
    return thread;
  }

  protected final Slot[] slots() {
    return slots;
  }

  protected final ChannelMetrics metrics() {
    return metrics;
  }

  /** Says where to record, before the thread starts. */
  final void metrics(ChannelMetrics record) {
    metrics = record;
  }

  /** How to wait now. Channel thread only. */
  protected final WaitStrategy waitStrategy() {
    return wait.strategy();
  }

  /** How to wait from now on. Any thread. */
  final void tune(BusyPoll busyPoll, double share, long wakeUpNanos) {
    wait.use(busyPoll, share, wakeUpNanos);
  }

  protected final Session session() {
    return session;
  }

  public final String name() {
    return name;
  }

  public final int cpu() {
    return cpu;
  }

  /** A snapshot; any thread. */
  public final ChannelStatus status() {
    return new ChannelStatus(
        name,
        cpu,
        slots.length,
        wait.boundNanos(),
        metrics.inFlight(),
        metrics.value(Metric.REQUESTS),
        metrics.value(Metric.SYSTEM_CALLS),
        metrics.value(Metric.FAILED),
        metrics.value(Metric.MALFORMED));
  }
}
