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
 * default priority until it has run. One thread looks.
 */
final class StarvationGuard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StarvationGuard.class);

  /** While some of them work. */
  static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  /** While one is helped: it is to take no more from others than it needs. */
  static final long HELPING_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** While none has run since the last look. */
  static final long IDLE_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(24);

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
      return Optional.of(result);
    } catch (LinuxException e) {
      LOG.info("a ring's thread may have to wait for others: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private void run() {
    while (!closed) {
      long pause = IDLE_TICK_NANOS;
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

  /** A ring's thread, and whether it has been helped since it last ran. */
  final class Watched implements AutoCloseable {
    private final int threadId;
    private final ChannelMetrics metrics;
    private final int timesFd;
    private final int stateFd;
    private final MemorySegment times = text();
    private final MemorySegment timesBefore = text();
    private final MemorySegment state = text();
    private boolean waiting;
    private boolean boosted;
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
      if (ended) {
        return IDLE_TICK_NANOS;
      }
      boolean ran = hasRun();
      boolean waits = !ran && isRunnable();
      if (waits && waiting && !boosted) {
        Scheduling.makeNormal(threadId);
        boosted = true;
        metrics.boosted();
      } else if (!waits && boosted) {
        Scheduling.makeIdle(threadId);
        boosted = false;
      }
      waiting = waits;
      if (boosted) {
        return HELPING_TICK_NANOS;
      }
      return ran || waits ? TICK_NANOS : IDLE_TICK_NANOS;
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
