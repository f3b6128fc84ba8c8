package io.ringmount.channels;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.metrics.ChannelMetrics;
import io.ringmount.channels.metrics.Metric;
import io.ringmount.channels.waiting.WaitStrategy;
import io.ringmount.channels.wire.Opcode;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpmcVarHandleArrayQueue;

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
 * The processing queue holds requests that have arrived and not been started: two queues, as
 * requests that move bulk data come after all others. Only this thread puts them there; another
 * channel that has nothing to do may take them. The free queue holds slots that may be offered to
 * the kernel; whichever thread replies puts them there, this thread takes them out.
 *
 * <p>Life of the thread: pinned, {@link #open}, then as {@link #serve} or {@link #abandon} say
 * {@link #run(ReadySignal)}, at last {@link #release}.
 */
public abstract class Channel implements ReplySink {
  /** Any CPU will do. */
  public static final int UNPINNED = -1;

  /** Of how many requests an average is made. */
  private static final int SERVICE_WEIGHT = 8;

  private final String name;
  private final int cpu;
  private final Slot[] slots;
  private final Session session;
  private final Dispatcher dispatcher;
  private final Budget budget;
  private final ChannelWait wait = new ChannelWait();
  private final MpscVarHandleArrayQueue<Slot> free;

  /**
   * The part of the free queue that this thread fills itself. The slot it answered last goes first,
   * as its memory is still in the processor's cache.
   */
  private final ArrayDeque<Slot> freed;

  private final SpmcVarHandleArrayQueue<Slot> processing;
  private final SpmcVarHandleArrayQueue<Slot> processingBulk;

  /** Requests that may go on after waiting for another; from any thread. */
  private final MpscVarHandleArrayQueue<Slot> resumed;

  /** Requests that may run as soon as memory to run them on is free. This thread only. */
  private final ArrayDeque<Slot> stalled = new ArrayDeque<>();

  private final MpscVarHandleArrayQueue<Detached> idle;

  /** Detached requests, given up or not, that the file system has. */
  private final AtomicInteger running = new AtomicInteger();

  /**
   * Requests of this channel that wait in it for something that another thread will bring: the
   * thread must then not sleep in a way from which {@link #wake} cannot rouse it.
   */
  private final AtomicInteger waiting = new AtomicInteger();

  /** Set while admitted requests are few enough only once another has ended. */
  private volatile boolean held;

  /** Set when a request in the processing queue was interrupted. */
  private volatile boolean purge;

  /** Set before the thread starts. */
  private ChannelMetrics metrics;

  // This thread only, all by System.nanoTime.

  /** The last time the thread looked at the clock, which it does for every request. */
  private long now;

  /** Since when a request is held back; 0 when none is. */
  private long heldSince;

  /** What one request took this thread lately, on average. */
  private long serviceNanos;

  /** Set when the thread will not look at any queue again. */
  private volatile boolean over;

  private final Thread thread;
  private final CompletableFuture<Void> opened = new CompletableFuture<>();
  private final CompletableFuture<Boolean> permit = new CompletableFuture<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final CountDownLatch ended = new CountDownLatch(1);

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
    this.dispatcher = new Dispatcher(session);
    this.budget = new Budget(slots.length);
    // A slot of any channel may come here, so no queue is ever full.
    int capacity = Math.max(2, session.slots());
    this.free = new MpscVarHandleArrayQueue<>(capacity);
    this.freed = new ArrayDeque<>(capacity);
    this.processing = new SpmcVarHandleArrayQueue<>(capacity);
    this.processingBulk = new SpmcVarHandleArrayQueue<>(capacity);
    this.resumed = new MpscVarHandleArrayQueue<>(capacity);
    this.idle = new MpscVarHandleArrayQueue<>(Math.max(2, copies.length));
    for (Slot slot : slots) {
      slot.belongTo(this);
    }
    for (Slot copy : copies) {
      idle.offer(new Detached(this, session, copy));
    }
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::live);
  }

  private void live() {
    try {
      try {
        if (cpu != UNPINNED) {
          Cpu.pinCurrentThread(cpu);
        }
        open();
        opened.complete(null);
      } catch (Throwable e) {
        opened.completeExceptionally(e);
        return;
      }
      if (permit.join()) {
        run(() -> ready.complete(null));
      }
    } catch (Throwable e) {
      // While starting, the thread that makes the mount reports it.
      if (!ready.completeExceptionally(e)) {
        failure.complete(e);
      }
    } finally {
      over = true;
      dropUnstarted();
      wait.close();
      release();
      ended.countDown();
    }
  }

  /** Requests that never reached the file system, after a failure: nobody will answer them. */
  private synchronized void dropUnstarted() {
    drop(processing);
    drop(processingBulk);
    drop(stalled);
    drop(resumed);
  }

  private void drop(Queue<Slot> queue) {
    for (Slot slot = queue.poll(); slot != null; slot = queue.poll()) {
      leaveLine(slot);
      slot.receiver().metrics.abandoned();
    }
  }

  /** Takes the resources that belong to this thread. */
  protected abstract void open() throws Exception;

  /** Serves until the connection ends; signals when every request of the kernel will be served. */
  protected abstract void run(ReadySignal signal) throws Exception;

  /** Gives back what {@link #open} took, as far as it came. */
  protected abstract void release();

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
    int opcode = slot.opcode();
    int error = exchange.replyError();
    long arrived = slot.arrived();
    long started = slot.started();
    if (error == -Errno.EINTR && slot.isInterrupted()) {
      receiver.metrics.interrupted();
    }
    if (slot.detached() != null) {
      slot.detached(null);
    }
    leaveLine(slot);
    // From here on the slot may hold another request.
    reply(slot, exchange.answerable(), error, exchange.replySize());
    long end = System.nanoTime();
    if (onThread()) {
      now = end;
    }
    receiver.giveBack(bulk);
    // Last: when nothing is in flight, no thread touches a slot any more and they may be unmapped.
    receiver.metrics.completed(opcode, -error, started - arrived, end - arrived);
  }

  /** The request in {@code slot} does not run any more: the next for its node may. Any thread. */
  final void leaveLine(Slot slot) {
    NodeOrder order = session.order();
    Slot next = order == null ? null : order.leave(slot);
    if (next != null) {
      next.receiver().resume(next);
    }
  }

  /** A request of this channel has been answered: there is room for another. Any thread. */
  private void giveBack(boolean bulk) {
    if (bulk) {
      budget.give(true);
    }
    Budget shared = session.budget();
    if (shared != null) {
      shared.give(bulk);
      session.roomWasMade();
    } else {
      wakeIfHeld();
    }
  }

  /** Starts the thread and returns when {@link #open} is done. */
  public final void prepare() {
    thread.start();
  }

  /** What {@link #open} came to. */
  public final CompletableFuture<Void> opened() {
    return opened;
  }

  /** Lets the prepared thread serve. */
  public final CompletableFuture<Void> serve() {
    permit.complete(true);
    return ready;
  }

  /** Completes if the thread, once serving, ends for another reason than the connection's end. */
  public final CompletableFuture<Throwable> failure() {
    return failure;
  }

  /** Lets a thread that was prepared, or not even that, end without having served. */
  public final void abandon() {
    if (thread.getState() == Thread.State.NEW) {
      ended.countDown();
    }
    permit.complete(false);
  }

  public final boolean awaitEnd(long millis) throws InterruptedException {
    return ended.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Requests received and not yet answered, and those given up that still run; any thread. */
  public final int inFlight() {
    return metrics == null ? running.get() : Math.max(metrics.inFlight(), running.get());
  }

  /** A request has arrived in {@code slot}. Channel thread only. */
  protected final void received(Slot slot) {
    slot.arrived(now);
    metrics.received(slot.opcode());
    if (isControl(slot.opcode())) {
      admitAnyway(slot.bulk());
      slot.exchange().sink(this);
      slot.started(now);
      dispatcher.dispatch(slot.exchange(), metrics);
      return;
    }
    (slot.bulk() ? processingBulk : processing).offer(slot);
  }

  /** Whether a request must not wait for others: what would end them may depend on it. */
  private static boolean isControl(int opcode) {
    return opcode == Opcode.INTERRUPT || opcode == Opcode.FORGET || opcode == Opcode.BATCH_FORGET;
  }

  private void admitAnyway(boolean bulk) {
    if (bulk) {
      budget.takeBeyond(true);
    }
    if (session.budget() != null) {
      session.budget().takeBeyond(bulk);
    }
  }

  /** Requests are about to be {@link #received}. Channel thread only. */
  protected final void lookAtClock() {
    now = System.nanoTime();
  }

  // ---- the processing queue --------------------------------------------------------------------

  /**
   * Hands requests to the file system: all that wait, except that of those that move bulk data only
   * one, so that what has arrived meanwhile can overtake the rest. Channel thread only.
   */
  protected final void process() {
    if (purge) {
      purge = false;
      purge(processing);
      purge(processingBulk);
      purgeStalled();
    }
    if (held) {
      held = false;
    }
    resumeAll();
    while (startNext(processing, false)) {
      resumeAll();
    }
    if (startNext(processingBulk, true)) {
      resumeAll();
    }
  }

  private void resumeAll() {
    if (waiting.get() == 0) {
      return;
    }
    for (Slot slot = stalled.peek(); slot != null && !idle.isEmpty(); slot = stalled.peek()) {
      waiting.decrementAndGet();
      execute(stalled.poll());
    }
    for (Slot slot = resumed.poll(); slot != null; slot = resumed.poll()) {
      waiting.decrementAndGet();
      execute(slot);
    }
  }

  /** Whether {@link #process} would start another request. Channel thread only. */
  protected final boolean hasRunnable() {
    return !resumed.isEmpty()
        || purge
        || (!held && !(processing.isEmpty() && processingBulk.isEmpty()))
        || (!stalled.isEmpty() && !idle.isEmpty());
  }

  /** Whether requests wait in this channel for what other threads bring. */
  protected final boolean hasWaiting() {
    return held || waiting.get() > 0;
  }

  private boolean startNext(SpmcVarHandleArrayQueue<Slot> queue, boolean bulk) {
    if (queue.isEmpty() || !admit(bulk)) {
      return false;
    }
    Slot slot = queue.poll();
    if (slot == null) {
      // Another channel was faster.
      giveBack(bulk);
      return false;
    }
    start(slot);
    return true;
  }

  /** Takes up room for one more request, or sees to it that the thread is woken when there is. */
  private boolean admit(boolean bulk) {
    if (admitted(bulk)) {
      if (heldSince != 0) {
        metrics.blocked(now - heldSince);
        heldSince = 0;
      }
      return true;
    }
    if (heldSince == 0) {
      heldSince = now;
    }
    // Say "held", then try; the other side makes room, then looks at "held".
    held = true;
    if (admitted(bulk)) {
      held = false;
      return true;
    }
    return false;
  }

  private boolean admitted(boolean bulk) {
    // The slots bound all others.
    if (bulk && !budget.take(true)) {
      return false;
    }
    Budget shared = session.budget();
    if (shared == null || shared.take(bulk)) {
      return true;
    }
    if (bulk) {
      budget.give(true);
    }
    return false;
  }

  /** There may be room again for what is held back. Any thread. */
  final void wakeIfHeld() {
    if (held) {
      // Else the thread, on its way to sleep, would not look once more.
      held = false;
      wake();
    }
  }

  private void start(Slot slot) {
    slot.exchange().sink(this);
    slot.started(now);
    if (slot.isInterrupted()) {
      refuse(slot);
      return;
    }
    NodeOrder order = session.order();
    if (order != null) {
      AtomicInteger count = slot.receiver().waiting;
      count.incrementAndGet();
      if (!order.enter(slot)) {
        return;
      }
      count.decrementAndGet();
    }
    execute(slot);
  }

  private void execute(Slot slot) {
    slot.exchange().sink(this);
    slot.started(now);
    if (!session.detaches(slot)) {
      long begin = now;
      dispatcher.dispatch(slot.exchange(), metrics);
      // An answer has looked at the clock already.
      long end = now == begin ? System.nanoTime() : now;
      serviceNanos += (end - begin - serviceNanos) / SERVICE_WEIGHT;
      return;
    }
    Detached detached = idle.poll();
    if (detached == null) {
      waiting.incrementAndGet();
      stalled.add(slot);
      return;
    }
    running.incrementAndGet();
    metrics.detached();
    detached.start(slot);
  }

  /** A detached request has ended, and its memory can be used again. Any thread. */
  final void finished(Detached detached) {
    idle.offer(detached);
    // Between the offer and the look: the other side counts, then looks at the offer.
    VarHandle.fullFence();
    if (waiting.get() > 0) {
      wake();
    }
    // Last: then the channel may be closed.
    running.decrementAndGet();
  }

  /** A request that waited for another may run. Any thread. */
  private void resume(Slot slot) {
    resumed.offer(slot);
    if (over) {
      dropUnstarted();
    } else if (!onThread()) {
      wake();
    }
  }

  // ---- interrupts ------------------------------------------------------------------------------

  /**
   * Ends an interrupted request of this channel that the file system does not have yet.
   *
   * @return whether it need not be looked for elsewhere
   */
  final boolean cancelWaiting(Slot slot, long unique) {
    NodeOrder order = session.order();
    if (order != null && order.remove(slot, unique)) {
      waiting.decrementAndGet();
      refuse(slot);
      return true;
    }
    purge = true;
    wake();
    return false;
  }

  private void purge(SpmcVarHandleArrayQueue<Slot> queue) {
    for (int count = queue.size(); count > 0; count--) {
      Slot slot = queue.poll();
      if (slot == null) {
        return;
      }
      if (slot.isInterrupted()) {
        admitAnyway(slot.bulk());
        refuse(slot);
      } else {
        queue.offer(slot);
      }
    }
  }

  private void purgeStalled() {
    for (int count = stalled.size(); count > 0; count--) {
      Slot slot = stalled.poll();
      if (slot.isInterrupted()) {
        waiting.decrementAndGet();
        refuse(slot);
      } else {
        stalled.add(slot);
      }
    }
  }

  /** Answers a request that was interrupted before it began. */
  private static void refuse(Slot slot) {
    slot.exchange().begin();
    slot.exchange().error(Errno.EINTR);
  }

  // ---- balance ---------------------------------------------------------------------------------

  /** Takes a request from another channel's queue and serves it here. Channel thread only. */
  public final boolean takeOver(Channel other) {
    boolean bulk = other.processing.isEmpty();
    SpmcVarHandleArrayQueue<Slot> queue = bulk ? other.processingBulk : other.processing;
    if (queue.isEmpty()) {
      return false;
    }
    if (!other.admitted(bulk)) {
      // What was taken for a moment may have kept the other from it.
      other.wakeIfHeld();
      return false;
    }
    Slot slot = queue.poll();
    if (slot == null) {
      other.giveBack(bulk);
      return false;
    }
    metrics.stolen(1);
    start(slot);
    return true;
  }

  /** How many requests have arrived and not been started; any thread. */
  public final int depth() {
    return processing.size() + processingBulk.size();
  }

  /** How long this thread would take for what is in its queue, as requests went lately. */
  public final long backlogNanos() {
    return depth() * serviceNanos;
  }

  // ---- the free queue --------------------------------------------------------------------------

  /**
   * Takes a slot that may be offered to the kernel; null when there is none. Channel thread only.
   */
  protected final Slot takeFree() {
    Slot own = freed.pollLast();
    return own != null ? own : free.poll();
  }

  protected final boolean hasFree() {
    return !freed.isEmpty() || !free.isEmpty();
  }

  /** Puts a slot into the free queue. Any thread. */
  protected final void recycle(Slot slot) {
    if (onThread()) {
      freed.addLast(slot);
    } else {
      free.offer(slot);
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
