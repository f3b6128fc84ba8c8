package io.ringmount.channels.uring;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Scheduling;
import io.ringmount.channels.metrics.ChannelMetrics;
import io.ringmount.channels.metrics.Metric;
import io.ringmount.channels.waiting.RunDelay;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the channels' threads and lends their processors as {@link Lending} decides. One thread,
 * which sleeps while nothing is lent and no caller moves: a thread of the lowest priority cannot
 * tell itself that it does not get to run.
 */
final class Lender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lender.class);

  /** Moves of callers after which to look. */
  static final int ATTENTION = 64;

  /** Ticks that it takes to see what is going on: one to begin from, one to compare. */
  private static final int TICKS_TO_SEE = 2;

  private final long moveNanos;
  private final List<Loan> loans = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean asleep;
  private volatile boolean closed;

  /** One channel's thread. */
  final class Loan implements AutoCloseable {
    private final int threadId;
    private final ChannelMetrics metrics;
    private final RunDelay delay;
    private final Lending lending;
    private volatile boolean lent;
    private boolean ended;

    private Loan(int threadId, ChannelMetrics metrics, RunDelay delay) {
      this.threadId = threadId;
      this.metrics = metrics;
      this.delay = delay;
      this.lending = new Lending(moveNanos, delay, System.nanoTime());
    }

    private synchronized boolean tick(long now) throws LinuxException {
      if (ended) {
        return false;
      }
      long requests = metrics.value(Metric.REQUESTS);
      lend(lending.tick(now, requests, metrics.value(Metric.MOVED)));
      return lent;
    }

    private void lend(boolean wanted) throws LinuxException {
      if (wanted && !lent) {
        // First: a thread that wants its processor back then waits until it has been lent.
        lent = true;
        metrics.lent();
        Scheduling.makeIdle(threadId);
      } else if (!wanted && lent) {
        Scheduling.makeNormal(threadId);
        lent = false;
      }
    }

    /**
     * Takes the processor back, for a while, before something is begun that could inherit its
     * priority. The channel's thread.
     */
    void reclaim() throws LinuxException {
      if (lent) {
        takeBack();
      }
    }

    private synchronized void takeBack() throws LinuxException {
      lending.suspend(System.nanoTime());
      lend(false);
    }

    private synchronized void end() throws LinuxException {
      ended = true;
      lend(false);
    }

    /** The thread is about to end: its number may pass to another. The channel's thread. */
    @Override
    public void close() {
      synchronized (this) {
        ended = true;
        delay.close();
      }
      loans.remove(this);
    }
  }

  /**
   * @param moveNanos what it costs to wake a thread on another processor
   */
  Lender(long moveNanos) {
    this.moveNanos = moveNanos;
    this.thread = Thread.ofPlatform().daemon().name("lender").start(this::run);
  }

  /**
   * Watches the calling thread.
   *
   * @param metrics of the thread's channel
   * @return empty when the kernel does not say how long the thread has to wait to run
   */
  Optional<Loan> join(ChannelMetrics metrics) {
    try {
      RunDelay delay = RunDelay.ofCurrentThread(SystemNanoClock.INSTANCE);
      Loan loan = new Loan(Scheduling.currentThread(), metrics, delay);
      loans.add(loan);
      return Optional.of(loan);
    } catch (LinuxException e) {
      LOG.info("a processor is not lent: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Callers move. Any thread. */
  void attention() {
    if (asleep) {
      asleep = false;
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    int ticks = 0;
    while (!closed) {
      if (tick()) {
        ticks = TICKS_TO_SEE;
      }
      if (ticks-- > 0) {
        LockSupport.parkNanos(this, Lending.TICK_NANOS);
        continue;
      }
      asleep = true;
      while (asleep && !closed) {
        LockSupport.park(this);
      }
      ticks = TICKS_TO_SEE;
    }
  }

  /** Whether something is lent. */
  private boolean tick() {
    long now = System.nanoTime();
    boolean any = false;
    for (Loan loan : loans) {
      try {
        any |= loan.tick(now);
      } catch (LinuxException e) {
        LOG.warn("processors are not lent any more: {}", e.getMessage());
        loan.close();
      }
    }
    return any;
  }

  /** Takes all processors back for good, as {@link #close} does not. Any thread. */
  void end() throws LinuxException {
    close();
    for (Loan loan : loans) {
      loan.end();
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
