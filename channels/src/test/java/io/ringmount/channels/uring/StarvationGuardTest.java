package io.ringmount.channels.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.KernelFile;
import io.ringmount.channels.linux.Scheduling;
import io.ringmount.channels.linux.ThreadPolicy;
import io.ringmount.channels.metrics.ChannelIdentity;
import io.ringmount.channels.metrics.ChannelMetrics;
import io.ringmount.channels.metrics.Metric;
import io.ringmount.channels.metrics.MetricsFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With threads that compete for one processor, as the ring's thread and a program's do. */
@Timeout(60)
class StarvationGuardTest {
  private final ChannelMetrics metrics =
      MetricsFile.inMemory(List.of(new ChannelIdentity("channel-0", 0))).channels().getFirst();
  private final AtomicBoolean end = new AtomicBoolean();
  private final AtomicBoolean hogged = new AtomicBoolean();
  private final AtomicBoolean working = new AtomicBoolean(true);
  private final AtomicInteger idler = new AtomicInteger();
  private final int cpu;
  private Thread hog;
  private Thread idle;

  StarvationGuardTest() throws Exception {
    cpu = Cpu.usable()[0];
  }

  /** One thread that has something to do now and then, and one that takes the processor or not. */
  @BeforeEach
  void begin() throws Exception {
    hog = Thread.ofPlatform().daemon().start(this::takeProcessor);
    idle = Thread.ofPlatform().daemon().start(this::workNowAndThen);
    until(() -> policy() == ThreadPolicy.IDLE, "it did not begin");
  }

  @AfterEach
  void end() throws Exception {
    end.set(true);
    LockSupport.unpark(idle);
    hog.join();
    idle.join();
  }

  private void takeProcessor() {
    Cpu.pinCurrentThread(cpu);
    while (!end.get()) {
      if (!hogged.get()) {
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private void workNowAndThen() {
    Cpu.pinCurrentThread(cpu);
    try {
      Scheduling.makeIdle(Scheduling.currentThread());
      idler.set(Scheduling.currentThread());
      while (!end.get()) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
        while (System.nanoTime() - until < 0) {
          Thread.onSpinWait();
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        while (!working.get() && !end.get()) {
          LockSupport.park();
        }
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void until(Callable<Boolean> condition, String otherwise) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.call()) {
      assertTrue(System.nanoTime() - deadline < 0, otherwise);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private char state() throws Exception {
    String stat = KernelFile.read(Path.of("/proc/self/task/" + idler.get() + "/stat"));
    return stat.charAt(stat.lastIndexOf(')') + 2);
  }

  /** How often the kernel let the threads of guards run. */
  private static long turnsOfGuards() throws Exception {
    long turns = 0;
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        // What the kernel keeps of the name.
        if ("starvation-guar".equals(KernelFile.read(task.resolve("comm")).strip())) {
          turns += Long.parseLong(KernelFile.read(task.resolve("schedstat")).strip().split(" ")[2]);
        }
      }
    }
    return turns;
  }

  private int policy() throws Exception {
    int thread = idler.get();
    return thread == 0 ? -1 : ThreadPolicy.of(Path.of("/proc/self/task/" + thread));
  }

  @Test
  void aThreadThatDoesNotGetToRunIsHelpedUntilItHas() throws Exception {
    try (StarvationGuard guard = new StarvationGuard();
        StarvationGuard.Watched _ = guard.watch(idler.get(), metrics).orElseThrow()) {
      hogged.set(true);
      until(() -> metrics.value(Metric.BOOSTED) > 2, "it starves");
      hogged.set(false);
      until(() -> policy() == ThreadPolicy.IDLE, "it keeps the priority");
    }
  }

  @Test
  void nobodyLooksAtAThreadThatSleeps() throws Exception {
    working.set(false);
    until(() -> state() == 'S', "it does not sleep");
    try (StarvationGuard guard = new StarvationGuard();
        StarvationGuard.Watched watched = guard.watch(idler.get(), metrics).orElseThrow()) {
      until(() -> policy() == ThreadPolicy.NORMAL, "it has to wait for others when it is woken");
      long before = turnsOfGuards();
      LockSupport.parkNanos(10 * StarvationGuard.IDLE_TICK_NANOS);
      assertEquals(before, turnsOfGuards());
      assertEquals(0, metrics.value(Metric.BOOSTED));

      working.set(true);
      LockSupport.unpark(idle);
      watched.active();
      until(() -> policy() == ThreadPolicy.IDLE, "it keeps the priority");
      hogged.set(true);
      until(() -> metrics.value(Metric.BOOSTED) > 2, "it starves");
    }
  }

  @Test
  void aThreadThatIsNotWatchedAnyMoreIsLeftAlone() throws Exception {
    try (StarvationGuard guard = new StarvationGuard()) {
      StarvationGuard.Watched watched = guard.watch(idler.get(), metrics).orElseThrow();
      watched.close();
      watched.close();
      hogged.set(true);
      LockSupport.parkNanos(10 * StarvationGuard.IDLE_TICK_NANOS);
      assertEquals(0, metrics.value(Metric.BOOSTED));
      assertEquals(ThreadPolicy.IDLE, policy());
    }
  }

  @Test
  void aThreadOfWhichTheKernelTellsNothingIsNotWatched() {
    try (StarvationGuard guard = new StarvationGuard()) {
      // The largest number that a thread may have is 4,194,304.
      assertTrue(guard.watch(5_000_000, metrics).isEmpty());
    }
  }
}
