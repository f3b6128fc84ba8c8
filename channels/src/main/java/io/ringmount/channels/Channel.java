package io.ringmount.channels;

import io.ringmount.channels.linux.Cpu;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;

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
 * The processing queue holds requests that have arrived and not been started; only this thread uses
 * it. The free queue holds slots that may be offered to the kernel; whichever thread replies puts
 * them there, this thread takes them out.
 *
 * <p>Life of the thread: pinned, {@link #open}, then as {@link #serve} or {@link #abandon} say
 * {@link #run(ReadySignal)}, at last {@link #release}.
 */
public abstract class Channel {
  /** Any CPU will do. */
  public static final int UNPINNED = -1;

  private final String name;
  private final int cpu;
  private final Slot[] slots;
  private final Dispatcher dispatcher;
  private final ChannelCounters counters = new ChannelCounters();
  private final MpscVarHandleArrayQueue<Slot> free;
  private final SpscVarHandleArrayQueue<Slot> processing;
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
   */
  protected Channel(String name, int cpu, Slot[] slots, Dispatcher dispatcher) {
    this.name = name;
    this.cpu = cpu;
    this.slots = slots.clone();
    this.dispatcher = dispatcher;
    // JCTools rounds up to a power of two, at least 2; every slot fits in either queue.
    this.free = new MpscVarHandleArrayQueue<>(Math.max(2, slots.length));
    this.processing = new SpscVarHandleArrayQueue<>(Math.max(2, slots.length));
    for (Slot slot : slots) {
      slot.exchange(new Exchange(slot, this));
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
      // Requests that never reached the file system, after a failure: nobody will answer them.
      while (processing.poll() != null) {
        counters.countAnswered();
      }
      release();
      ended.countDown();
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

  /** The reply of {@code slot} is in its exchange and payload. */
  final void complete(Slot slot) {
    Exchange exchange = slot.exchange();
    reply(slot, exchange.answerable(), exchange.replyError(), exchange.replySize());
    // Last: when nothing is in flight, no thread touches a slot any more and they may be unmapped.
    counters.countAnswered();
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

  /** Requests received and not yet answered; any thread. */
  public final int inFlight() {
    return counters.inFlight();
  }

  /** A request has arrived in {@code slot}. Channel thread only. */
  protected final void received(Slot slot) {
    counters.countReceived();
    processing.offer(slot);
  }

  /** Hands every request of the processing queue to the file system. Channel thread only. */
  protected final void process() {
    Slot slot = processing.poll();
    while (slot != null) {
      dispatcher.dispatch(slot.exchange(), counters);
      slot = processing.poll();
    }
  }

  /**
   * Takes a slot that may be offered to the kernel; null when there is none. Channel thread only.
   */
  protected final Slot takeFree() {
    return free.poll();
  }

  protected final boolean hasFree() {
    return !free.isEmpty();
  }

  /** Puts a slot into the free queue. Any thread. */
  protected final void recycle(Slot slot) {
    free.offer(slot);
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

  protected final ChannelCounters counters() {
    return counters;
  }

  public final String name() {
    return name;
  }

  /** A snapshot; any thread. */
  public final ChannelStatus status() {
    return new ChannelStatus(
        name,
        cpu,
        slots.length,
        counters.inFlight(),
        counters.requests(),
        counters.failed(),
        counters.malformed());
  }
}
