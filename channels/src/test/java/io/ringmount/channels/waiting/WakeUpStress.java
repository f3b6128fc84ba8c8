package io.ringmount.channels.waiting;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicBoolean;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The memory order that {@link WakeUp} claims. */
final class WakeUpStress {
  private WakeUpStress() {}

  /** The thread looks just as another brings something. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "seen")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "woken")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "seen, and woken for nothing")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "asleep beside what was brought")
  @State
  public static class Sleep {
    private final WakeUp wakeUp = new WakeUp();
    private final AtomicBoolean brought = new AtomicBoolean();

    @Actor
    public void sleep(ZZ_Result result) {
      wakeUp.announce();
      result.r1 = brought.getPlain();
    }

    @Actor
    public void bring(ZZ_Result result) {
      // No stronger than a queue's: the fences are the protocol's own.
      brought.setRelease(true);
      result.r2 = wakeUp.claim();
    }
  }

  /** Two bring something to a thread that sleeps. */
  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "woken")
  @Outcome(id = "true, true", expect = FORBIDDEN, desc = "woken twice")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "asleep beside what was brought")
  @State
  public static class TwoBring {
    private final WakeUp wakeUp = new WakeUp();

    public TwoBring() {
      wakeUp.announce();
    }

    @Actor
    public void first(ZZ_Result result) {
      result.r1 = wakeUp.claim();
    }

    @Actor
    public void second(ZZ_Result result) {
      result.r2 = wakeUp.claim();
    }
  }
}
