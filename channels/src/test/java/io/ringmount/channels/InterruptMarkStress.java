package io.ringmount.channels;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The memory order that {@link InterruptMark} claims, together with {@link Slot#interrupted}. */
final class InterruptMarkStress {
  private static final long EARLIER = 6;
  private static final long UNIQUE = 7;

  private InterruptMarkStress() {}

  /** A slot of which an earlier request was interrupted as well. */
  private static Slot slot() {
    Slot slot = StressSlots.received(UNIQUE, 1);
    slot.interrupted(EARLIER);
    return slot;
  }

  /** The channel looks just as a request is interrupted. */
  @JCStressTest
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "noted and seen")
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "not yet noted")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "noted, not yet marked")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "the look misses the note")
  @State
  public static class Look {
    private final InterruptMark mark = new InterruptMark();
    private final Slot slot = slot();

    @Actor
    public void interrupt() {
      slot.interrupted(UNIQUE);
      mark.set();
    }

    @Actor
    public void look(ZZ_Result result) {
      result.r1 = mark.take();
      result.r2 = slot.isInterrupted();
    }
  }

  /** The channel looks for another interrupt just as a request is interrupted. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "seen")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "marked for the next look")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "seen, and looked for once more")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "nobody looks again")
  @State
  public static class NextLook {
    private final InterruptMark mark = new InterruptMark();
    private final Slot slot = slot();

    public NextLook() {
      mark.set();
    }

    @Actor
    public void interrupt() {
      slot.interrupted(UNIQUE);
      mark.set();
    }

    @Actor
    public void look(ZZ_Result result) {
      mark.take();
      result.r1 = slot.isInterrupted();
    }

    @Arbiter
    public void next(ZZ_Result result) {
      result.r2 = mark.isSet();
    }
  }
}
