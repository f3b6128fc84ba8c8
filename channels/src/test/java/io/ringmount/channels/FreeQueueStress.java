package io.ringmount.channels;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ringmount.channels.waiting.WakeUp;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The memory order that {@link FreeQueue} claims. */
final class FreeQueueStress {
  private FreeQueueStress() {}

  /** The channel takes a slot just as another thread brings it. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "too early")
  @Outcome(id = "42", expect = ACCEPTABLE, desc = "taken as it was written")
  @Outcome(id = "0", expect = FORBIDDEN, desc = "taken before it was written")
  @State
  public static class Bring {
    private final FreeQueue queue = new FreeQueue(2);
    private final Slot slot = new Slot(0, 0, 0);

    @Actor
    public void bring() {
      slot.arrived(42);
      queue.bring(slot);
    }

    @Actor
    public void take(J_Result result) {
      Slot taken = queue.take();
      result.r1 = taken == null ? -1 : taken.arrived();
    }
  }

  /** The channel goes to sleep just as another thread brings a slot, then looks. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "the slot is seen")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "the sleep is seen")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "both are seen")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "asleep beside a free slot")
  @State
  public static class Sleep {
    private static final Slot SLOT = StressSlots.received(1, 1);

    private final FreeQueue queue = new FreeQueue(2);
    private final WakeUp wakeUp = new WakeUp();

    @Actor
    public void sleep(ZZ_Result result) {
      wakeUp.announce();
      result.r1 = !queue.isEmpty();
    }

    @Actor
    public void bring(ZZ_Result result) {
      queue.bring(SLOT);
      // Has no fence of its own.
      result.r2 = wakeUp.isBlocked();
    }
  }
}
