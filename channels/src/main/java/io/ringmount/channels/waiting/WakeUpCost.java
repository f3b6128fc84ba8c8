package io.ringmount.channels.waiting;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.EventFd;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Poll;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures what it costs to wake a thread that is blocked in the kernel: from the signal on one
 * processor until the thread runs on another, which may have gone idle in between. What the system
 * calls take that a thread makes without ever blocking is measured beside it and does not count.
 * Other threads can only lengthen a wake-up, so the lower quartile is taken for the cost.
 */
public final class WakeUpCost {
  /**
   * Taken when the processors are too busy to measure: about what it is without virtual machines,
   * so that little polling pays.
   */
  public static final long FALLBACK_NANOS = 5_000;

  private static final int MEASURED_MILLIS = 15;
  private static final int MAX_ROUNDS = 128;

  /** An idle machine makes about 70 in the time; one that makes fewer measures other threads. */
  private static final int MIN_ROUNDS = 16;

  /** Lets the other thread block and its processor go idle before the next round. */
  private static final long PAUSE_NANOS = 50_000;

  private final EventFd there;
  private final EventFd back;

  /** When {@link #there} was signalled. Whoever reads it has seen the signal. */
  private volatile long signalledAt;

  /** From the last signal until the other thread ran. */
  private volatile long latency;

  private volatile boolean ended;

  private WakeUpCost(EventFd there, EventFd back) {
    this.there = there;
    this.back = back;
  }

  /**
   * Measures for at most 20 ms, with two threads of its own.
   *
   * @param cpu where the blocked thread runs
   * @param wakerCpu where the thread runs that wakes it; the same processor is possible
   * @return ns, at least 1; {@link #FALLBACK_NANOS} when hardly any wake-up came in time
   * @throws LinuxException {@code eventfd2}
   * @throws IllegalArgumentException when the kernel refuses a processor
   * @throws IllegalStateException when threads cannot be pinned here
   */
  public static long measure(int cpu, int wakerCpu) throws LinuxException {
    try (EventFd there = EventFd.create();
        EventFd back = EventFd.create()) {
      WakeUpCost rounds = new WakeUpCost(there, back);
      CompletableFuture<Long> cost = new CompletableFuture<>();
      CompletableFuture<Void> answered = new CompletableFuture<>();
      start("wake-up-cost-blocked", cpu, answered, () -> rounds.answer(answered));
      start("wake-up-cost-waker", wakerCpu, cost, () -> cost.complete(rounds.signal()));
      // Both threads are waited for, whatever became of the other: they use the descriptors.
      cost.exceptionally(failure -> null).join();
      rounds.ended = true;
      there.signal();
      answered.join();
      return cost.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static void start(String name, int cpu, CompletableFuture<?> result, Runnable body) {
    Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(() -> {
          try {
            Cpu.pinCurrentThread(cpu);
            body.run();
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        });
  }

  /** The blocked thread: says how long every wake-up took. */
  private void answer(CompletableFuture<Void> done) {
    Poll poll = new Poll(1);
    poll.add(there.fd(), Poll.POLLIN);
    while (!ended) {
      int ready = poll.await(Poll.FOREVER);
      latency = System.nanoTime() - signalledAt;
      there.drain();
      if (ready < 0) {
        break;
      }
      back.signal();
    }
    done.complete(null);
  }

  /** The waking thread: measures and returns the cost. */
  private long signal() {
    Poll poll = new Poll(1);
    poll.add(back.fd(), Poll.POLLIN);
    long[] woken = new long[MAX_ROUNDS];
    long[] awake = new long[MAX_ROUNDS];
    int rounds = 0;
    long start = System.nanoTime();
    int left = MEASURED_MILLIS;
    while (rounds < MAX_ROUNDS && left > 0) {
      LockSupport.parkNanos(PAUSE_NANOS);
      signalledAt = System.nanoTime();
      there.signal();
      if (poll.await(left) <= 0) {
        break;
      }
      back.drain();
      woken[rounds] = latency;
      awake[rounds] = withoutBlocking(poll);
      rounds++;
      left = MEASURED_MILLIS - (int) NANOSECONDS.toMillis(System.nanoTime() - start);
    }
    return rounds < MIN_ROUNDS ? FALLBACK_NANOS : difference(woken, awake, rounds);
  }

  /** The same calls by one thread: signalled before it waits, it never blocks. */
  private long withoutBlocking(Poll poll) {
    long start = System.nanoTime();
    back.signal();
    poll.await(MEASURED_MILLIS);
    long elapsed = System.nanoTime() - start;
    back.drain();
    return elapsed;
  }

  /** Lower quartile of the first {@code count} of one less that of the other, at least 1. */
  static long difference(long[] woken, long[] awake, int count) {
    return Math.max(1, lowerQuartile(woken, count) - lowerQuartile(awake, count));
  }

  private static long lowerQuartile(long[] values, int count) {
    long[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted[count / 4];
  }
}
