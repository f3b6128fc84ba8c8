package io.ringmount.channels.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.NativeString;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RunDelayTest {
  private static final Executor NEW_THREAD = task -> Thread.ofPlatform().daemon().start(task);

  @Test
  void numbersAreFoundByTheirPlace() {
    try (Arena arena = Arena.ofConfined()) {
      String text = "1086972 915944 7\n";
      long address = NativeString.address(arena, text);
      assertEquals(1_086_972, RunDelay.number(address, text.length(), 0));
      assertEquals(915_944, RunDelay.number(address, text.length(), 1));
      assertEquals(7, RunDelay.number(address, text.length(), 2));
    }
  }

  @Test
  void neighbourOnTheSameProcessorIsSeen() throws Exception {
    int cpu = Cpu.usable()[0];
    AtomicBoolean ended = new AtomicBoolean();
    CompletableFuture<Boolean> seen =
        CompletableFuture.supplyAsync(
            () -> {
              Cpu.pinCurrentThread(cpu);
              try (RunDelay delay = RunDelay.ofCurrentThread(SystemNanoClock.INSTANCE)) {
                CompletableFuture<Void> neighbour = runBeside(cpu, ended);
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                boolean wanted = false;
                while (!wanted && System.nanoTime() - end < 0) {
                  spin(TimeUnit.MILLISECONDS.toNanos(20));
                  wanted = delay.wanted();
                }
                ended.set(true);
                neighbour.join();
                return wanted;
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            },
            NEW_THREAD);
    try {
      assertTrue(seen.get(20, TimeUnit.SECONDS));
    } finally {
      ended.set(true);
    }
  }

  private static CompletableFuture<Void> runBeside(int cpu, AtomicBoolean ended) {
    return CompletableFuture.runAsync(
        () -> {
          Cpu.pinCurrentThread(cpu);
          while (!ended.get()) {
            Thread.onSpinWait();
          }
        },
        NEW_THREAD);
  }

  private static void spin(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void smallPartOfTheTimeIsTolerated() throws Exception {
    // An hour passes by this clock at each call: no delay can be 2 % of it.
    long[] now = new long[1];
    NanoClock hours = () -> now[0] += TimeUnit.HOURS.toNanos(1);
    try (RunDelay delay = RunDelay.ofCurrentThread(hours)) {
      for (int i = 0; i < 100; i++) {
        assertFalse(delay.wanted());
      }
    }
  }

  @Test
  void lookingAllocatesNothing() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (RunDelay delay = RunDelay.ofCurrentThread(SystemNanoClock.INSTANCE)) {
      // Until it is compiled, the first rounds may allocate.
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 50 && least > 0; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
          delay.wanted();
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertEquals(0, least);
    }
  }

  @Test
  void whoCannotLookSaysWanted() {
    assertTrue(new RunDelay(-1, SystemNanoClock.INSTANCE).wanted());
  }
}
