package io.ringmount.channels;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.Scheduling;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The thread of one channel and its life: pinned, {@link Channel#begin}, then as {@link #serve} or
 * {@link #abandon} say {@link Channel#run}, at last {@link Channel#end}. Whoever makes the mount
 * starts it and lets it serve; what it came to can be waited for by any thread.
 */
final class ChannelThread {
  /**
   * Meanwhile what had waited is answered, the process before ends, and this one loads and compiles
   * what it needs: all of them would keep callers waiting.
   */
  private static final long URGENT_NANOS = 200_000_000;

  private final Channel channel;
  private final Thread thread;
  private final CompletableFuture<Void> opened = new CompletableFuture<>();
  private final CompletableFuture<Boolean> permit = new CompletableFuture<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Of the running thread. */
  private volatile int id;

  /** Of who lets the thread serve; then the running thread only. */
  private boolean urgent;

  /** When it began to serve, by {@link System#nanoTime}. */
  private long since;

  ChannelThread(Channel channel) {
    this.channel = channel;
    this.thread = Thread.ofPlatform().daemon().name(channel.name()).unstarted(this::live);
  }

  private void live() {
    try {
      try {
        if (channel.cpu() != Channel.UNPINNED) {
          Cpu.pinCurrentThread(channel.cpu());
        }
        id = Scheduling.currentThread();
        channel.begin();
        opened.complete(null);
      } catch (Throwable e) {
        opened.completeExceptionally(e);
        return;
      }
      if (permit.join()) {
        since = System.nanoTime();
        channel.run(this::serves);
      }
    } catch (Throwable e) {
      // While starting, the thread that makes the mount reports it.
      if (!ready.completeExceptionally(e)) {
        failure.complete(e);
      }
    } finally {
      stopped.countDown();
      channel.end();
      ended.countDown();
    }
  }

  private void serves() {
    ready.complete(null);
  }

  /** Whether the thread runs before all others. The thread itself. */
  boolean isUrgent() {
    return urgent;
  }

  /** Ends the urgency when it is time to. The thread itself, again and again. */
  void calmDown() {
    if (urgent && System.nanoTime() - since > URGENT_NANOS) {
      urgent = false;
      Scheduling.endUrgent();
    }
  }

  Thread thread() {
    return thread;
  }

  /** The kernel's number of the thread; 0 before it runs. */
  int threadId() {
    return id;
  }

  /** Starts the thread. */
  void prepare() {
    thread.start();
  }

  /** What {@link Channel#begin} came to. */
  CompletableFuture<Void> opened() {
    return opened;
  }

  /**
   * Lets the prepared thread serve; completes when it does. At first it is as urgent as the calling
   * thread.
   */
  CompletableFuture<Void> serve() {
    if (Scheduling.isUrgent()) {
      urgent = true;
      Scheduling.makeUrgent(id);
    }
    permit.complete(true);
    return ready;
  }

  /** Completes if the thread, once serving, ends for another reason than the connection's end. */
  CompletableFuture<Throwable> failure() {
    return failure;
  }

  /** Lets a thread that was prepared, or not even that, end without having served. */
  void abandon() {
    if (thread.getState() == Thread.State.NEW) {
      stopped.countDown();
      ended.countDown();
    }
    permit.complete(false);
  }

  /**
   * Waits until the thread begins no request any more; false when it still may after {@code
   * millis}.
   */
  boolean awaitStop(long millis) throws InterruptedException {
    return stopped.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits until the thread has ended; false when it still runs after {@code millis}. */
  boolean awaitEnd(long millis) throws InterruptedException {
    return ended.await(millis, TimeUnit.MILLISECONDS);
  }
}
