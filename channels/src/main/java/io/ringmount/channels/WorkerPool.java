package io.ringmount.channels;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Scheduling;
import java.util.Comparator;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that may wait for a backend, so that channels need not. Threads are made as needed, up to
 * a bound, and end when there is nothing to do.
 */
final class WorkerPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);

  private static final long IDLE_SECONDS = 30;

  /** More than any backend answers at once; each is a stack of memory. */
  private static final int MOST_THREADS = 512;

  private final AtomicLong order = new AtomicLong();
  private final ThreadPoolExecutor executor;

  /** One thing to do; those that move bulk data come after all others. */
  private record Work(Runnable action, boolean bulk, long number) implements Runnable {
    private static final Comparator<Runnable> FIRST =
        Comparator.comparing((Runnable each) -> ((Work) each).bulk)
            .thenComparingLong(each -> ((Work) each).number);

    @Override
    public void run() {
      action.run();
    }
  }

  /**
   * @param threads the most at once
   */
  WorkerPool(int threads) {
    int most = Math.clamp(threads, 1, MOST_THREADS);
    AtomicLong number = new AtomicLong();
    executor =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(64, Work.FIRST),
            each ->
                Thread.ofPlatform()
                    .daemon()
                    .name("worker-" + number.getAndIncrement())
                    .unstarted(() -> work(each)));
    executor.allowCoreThreadTimeOut(true);
  }

  private static void work(Runnable actions) {
    try {
      // A thread begins with the priority of the one that made it: see Session.lends.
      Scheduling.makeNormal(Scheduling.currentThread());
    } catch (LinuxException e) {
      LOG.warn("a worker keeps the priority it has: {}", e.getMessage());
    }
    actions.run();
  }

  /**
   * Does {@code action} on one of the threads; what it throws ends nothing but itself.
   *
   * @throws RejectedExecutionException when there is no thread and none can be made
   */
  void execute(boolean bulk, Runnable action) {
    Work work = new Work(action, bulk, order.getAndIncrement());
    try {
      executor.execute(work);
    } catch (OutOfMemoryError noThread) {
      // The machine has no thread left: those that are there will come to it.
      if (executor.getPoolSize() == 0 || !executor.getQueue().offer(work)) {
        throw new RejectedExecutionException("no thread can be made", noThread);
      }
    }
  }

  /** Lets the threads end when their work is done; does not wait for them. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
