package io.ringmount.channels.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Scheduling;
import io.ringmount.channels.metrics.ChannelMetrics;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the kernel's threads of polled rings from starving. They are {@code SCHED_IDLE}, of weight
 * 3 against 1024 (kernel {@code kernel/sched/sched.h}, {@code WEIGHT_IDLEPRIO}): beside any other
 * thread of their processor, a compiler of the JVM for one, what they need for a request takes them
 * a tenth of a second and more. So one that could run and did not from one look to the next has the
 * default priority until it has run. One thread looks, and rests when all of them sleep: a look
 * costs a tenth of a millisecond, most of it the way out of the processor's own sleep. What nobody
 * looks at has the default priority, as it takes nothing from others while it sleeps.
 */
final class StarvationGuard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StarvationGuard.class);

  /** While some of them work. */
  static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  /** While one is helped: it is to take no more from others than it needs. */
  static final long HELPING_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Before the second look at one that sleeps: then it rests. */
  static final long IDLE_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(24);

  /** While all rest, or there are none. */
  private static final long REST = Long.MAX_VALUE;

  /** Room for the numbers of schedstat, and for those of stat that are of interest. */
  private static final int TEXT_SIZE = 128;

  private final List<Watched> watched = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean closed;

  /** Begins to look. */
  StarvationGuard() {
    this.thread = Thread.ofPlatform().daemon().name("starvation-guard").start(this::run);
  }

  /**
   * Watches a thread of the lowest priority, until the result is closed.
   *
   * @param threadId of this process
   * @param metrics where it is counted how often it had to be helped
   * @return empty when the kernel does not say whether the thread runs
   */
  Optional<Watched> watch(int threadId, ChannelMetrics metrics) {
    try {
      Watched result = new Watched(threadId, metrics);
      watched.add(result);
      LockSupport.unpark(thread);
      return Optional.of(result);
    } catch (LinuxException e) {
      LOG.info("a ring's thread may have to wait for others: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private void run() {
    while (!closed) {
      long pause = REST;
      for (Watched each : watched) {
        try {
          pause = Math.min(pause, each.look());
        } catch (LinuxException e) {
          LOG.warn("a ring's thread may have to wait for others: {}", e.getMessage());
          each.close();
        }
      }
      LockSupport.parkNanos(this, pause);
    }
  }

  private static MemorySegment text() {
    return Arena.ofAuto().allocate(TEXT_SIZE, Long.BYTES);
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  /** A ring's thread. */
  final class Watched implements AutoCloseable {
    private final int threadId;
    private final ChannelMetrics metrics;
    private final int timesFd;
    private final int stateFd;
    private final MemorySegment times = text();
    private final MemorySegment timesBefore = text();
    private final MemorySegment state = text();
    private boolean waiting;
    private boolean asleep;

    /** Whether it has the default priority. */
    private boolean boosted;

    /** Whether nobody looks until {@link #active}; never without {@link #boosted}. */
    private volatile boolean resting;

    private boolean ended;

    private Watched(int threadId, ChannelMetrics metrics) throws LinuxException {
      this.threadId = threadId;
      this.metrics = metrics;
      Path task = Path.of("/proc/self/task", Integer.toString(threadId));
      this.timesFd = FileOps.open(task.resolve("schedstat"), FileFlags.O_RDONLY);
      try {
        this.stateFd = FileOps.open(task.resolve("stat"), FileFlags.O_RDONLY);
      } catch (LinuxException e) {
        FileOps.close(timesFd);
        throw e;
      }
    }

    /** Returns after how many nanoseconds to look again, at most. */
    private synchronized long look() throws LinuxException {
      if (ended || resting) {
        return REST;
      }
      boolean ran = hasRun();
      boolean waits = !ran && isRunnable();
      boolean sleeps = !ran && !waits;
      boolean rests = sleeps && asleep;
      boolean helped = waits && (waiting || boosted);
      if (helped && !boosted) {
        metrics.boosted();
      }
      prefer(helped || rests);
      waiting = waits;
      asleep = sleeps;
      resting = rests;
      if (rests) {
        return REST;
      }
      if (helped) {
        return HELPING_TICK_NANOS;
      }
      return sleeps ? IDLE_TICK_NANOS : TICK_NANOS;
    }

    private void prefer(boolean preferred) throws LinuxException {
      if (preferred && !boosted) {
        Scheduling.makeNormal(threadId);
      } else if (!preferred && boosted) {
        Scheduling.makeIdle(threadId);
      }
      boosted = preferred;
    }

    /** The thread has done something: its priority is not to stay what it is at rest. */
    void active() {
      if (resting) {
        resting = false;
        LockSupport.unpark(thread);
      }
    }

    /** Whether its time on the processor grew since the last call. */
    private boolean hasRun() throws LinuxException {
      timesBefore.copyFrom(times);
      read(timesFd, times);
      return times.mismatch(timesBefore) >= 0;
    }

    /** By {@code proc_pid_stat(5)}: number, name in parentheses, state. */
    private boolean isRunnable() throws LinuxException {
      read(stateFd, state);
      for (long i = 0; i + 2 < TEXT_SIZE; i++) {
        if (state.get(JAVA_BYTE, i) == ')') {
          return state.get(JAVA_BYTE, i + 2) == 'R';
        }
      }
      return false;
    }

    private void read(int fd, MemorySegment text) throws LinuxException {
      long length = FileOps.pread(fd, text.address(), TEXT_SIZE, 0);
      Reference.reachabilityFence(this); // Else the text could go while the kernel writes it.
      LinuxException.check(length, "pread", "thread " + threadId);
    }

    /** The thread is about to end: its number may pass to another. Any thread. */
    @Override
    public void close() {
      synchronized (this) {
        if (!ended) {
          ended = true;
          FileOps.close(timesFd);
          FileOps.close(stateFd);
        }
      }
      watched.remove(this);
    }
  }
}
