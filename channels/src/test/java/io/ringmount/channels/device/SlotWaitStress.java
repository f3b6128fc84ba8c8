package io.ringmount.channels.device;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ringmount.channels.StressSlots;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** The memory order that {@link SlotWait} claims, with the queue that it waits for. */
final class SlotWaitStress {
  /** Longer than a thread that was woken waits for a processor. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Who sleeps: the same for many samples. */
  private static volatile Thread sleeper;

  private SlotWaitStress() {}

  /** The thread goes to sleep just as another brings a slot. */
  @JCStressTest
  @Outcome(id = "true", expect = ACCEPTABLE, desc = "seen or woken")
  @Outcome(id = "false", expect = FORBIDDEN, desc = "asleep beside a free slot")
  @State
  public static class Sleep {
    private final SlotWait wait = new SlotWait();
    private final StressSlots.Free free = new StressSlots.Free();
    private volatile boolean over;

    @Actor
    @SuppressWarnings("ReferenceEquality") // a thread equals only itself
    public void sleep(Z_Result result) {
      if (sleeper != Thread.currentThread()) {
        sleeper = Thread.currentThread();
      }
      // Takes in a wake-up that an earlier sample left over.
      LockSupport.parkUntil(0);
      wait.announce();
      boolean seen = !free.isEmpty();
      boolean lost = false;
      while (!seen && !lost) {
        boolean wasOver = over;
        long start = System.nanoTime();
        LockSupport.parkNanos(this, PATIENCE_NANOS);
        if (System.nanoTime() - start < PATIENCE_NANOS) {
          seen = !free.isEmpty();
        } else {
          lost = wasOver;
        }
      }
      wait.end();
      result.r1 = seen;
    }

    @Actor
    public void bring() {
      free.bring();
      wait.wake(sleeper);
      over = true;
    }
  }
}
