package io.ringmount.channels.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Scheduling;
import io.ringmount.channels.linux.ThreadPolicy;
import io.ringmount.channels.metrics.ChannelIdentity;
import io.ringmount.channels.metrics.ChannelMetrics;
import io.ringmount.channels.metrics.Metric;
import io.ringmount.channels.metrics.MetricsFile;
import io.ringmount.channels.wire.Opcode;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LenderTest {
  private final ChannelMetrics metrics =
      MetricsFile.inMemory(List.of(new ChannelIdentity("channel-0", 0))).channels().getFirst();

  /** Acts as a channel whose callers move, or not, until the thread has that policy. */
  private void requestsUntil(int policy, boolean moving, Lender lender) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (ThreadPolicy.ofCurrentThread() != policy) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("the policy stays " + ThreadPolicy.ofCurrentThread());
      }
      for (int i = 0; i < 32; i++) {
        metrics.received(Opcode.GETATTR);
        if (moving) {
          metrics.moved();
        }
      }
      if (moving) {
        lender.attention();
      }
      LockSupport.parkNanos(200_000);
    }
  }

  /** In a thread of its own, which may be lent without harm to others. */
  private static void inThread(Callable<Void> action) throws Exception {
    FutureTask<Void> task = new FutureTask<>(action);
    Thread.ofPlatform().daemon().start(task);
    task.get(50, TimeUnit.SECONDS);
  }

  @Test
  void theProcessorIsLentWhileCallersMoveAndTakenBackWhenNoneComes() throws Exception {
    inThread(() -> {
      try (Lender lender = new Lender(TimeUnit.MILLISECONDS.toNanos(1));
          Lender.Loan _ = lender.join(metrics).orElseThrow()) {
        requestsUntil(ThreadPolicy.IDLE, true, lender);
        assertTrue(metrics.value(Metric.LENT) > 0);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (ThreadPolicy.ofCurrentThread() != ThreadPolicy.NORMAL
            && System.nanoTime() - end < 0) {
          LockSupport.parkNanos(1_000_000);
        }
        assertEquals(ThreadPolicy.NORMAL, ThreadPolicy.ofCurrentThread());
      }
      return null;
    });
  }

  @Test
  void nothingIsLentWhileCallersStay() throws Exception {
    inThread(() -> {
      try (Lender lender = new Lender(TimeUnit.MILLISECONDS.toNanos(1));
          Lender.Loan _ = lender.join(metrics).orElseThrow()) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
        while (System.nanoTime() - end < 0) {
          requestsUntil(ThreadPolicy.NORMAL, false, lender);
          metrics.received(Opcode.GETATTR);
          lender.attention();
        }
        assertEquals(0, metrics.value(Metric.LENT));
      }
      return null;
    });
  }

  /** What the thread then makes has the priority it always has. */
  @Test
  void theThreadTakesItBackAtOnce() throws Exception {
    inThread(() -> {
      try (Lender lender = new Lender(TimeUnit.MILLISECONDS.toNanos(1));
          Lender.Loan loan = lender.join(metrics).orElseThrow()) {
        requestsUntil(ThreadPolicy.IDLE, true, lender);
        loan.reclaim();
        assertEquals(ThreadPolicy.NORMAL, ThreadPolicy.ofCurrentThread());
      }
      return null;
    });
  }

  @Test
  void aThreadThatLeftIsLeftAlone() throws Exception {
    inThread(() -> {
      try (Lender lender = new Lender(TimeUnit.MILLISECONDS.toNanos(1))) {
        Lender.Loan loan = lender.join(metrics).orElseThrow();
        loan.close();
        Scheduling.makeIdle(Scheduling.currentThread());
        for (int i = 0; i < 20; i++) {
          lender.attention();
          LockSupport.parkNanos(Lending.TICK_NANOS);
        }
        assertEquals(ThreadPolicy.IDLE, ThreadPolicy.ofCurrentThread());
      }
      return null;
    });
  }
}
