package io.ringmount.channels;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;
import org.openjdk.jcstress.infra.results.ZZI_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The memory order that {@link Admission} claims, and the counts of {@link Budget}. */
final class AdmissionStress {
  private AdmissionStress() {}

  /** A request must wait just as another ends. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "admitted")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "held and woken")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "admitted, and woken for nothing")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "held beside room")
  @State
  public static class Hold {
    private final Admission admission = new Admission(4, new Budget(1));

    public Hold() {
      admission.takeBeyond(false);
    }

    @Actor
    public void admit(ZZ_Result result) {
      result.r1 = admission.holdOrTake(false);
    }

    @Actor
    public void end(ZZ_Result result) {
      admission.give(false);
      result.r2 = admission.endHold();
    }
  }

  /** Requests of both kinds must wait just as the one that has all room ends. */
  @JCStressTest
  @Outcome(
      id = {"true, false, true", "true, false, false", "false, true, true"},
      expect = ACCEPTABLE,
      desc = "one is admitted, and wakes for the other when it ends")
  @Outcome(id = "false, false, true", expect = ACCEPTABLE, desc = "held and woken")
  @Outcome(expect = FORBIDDEN, desc = "both admitted, or held beside room")
  @State
  public static class HoldBothKinds {
    private final Admission admission = new Admission(4, new Budget(1));

    public HoldBothKinds() {
      admission.takeBeyond(true);
    }

    @Actor
    public void admit(ZZZ_Result result) {
      result.r1 = admission.holdOrTake(false);
      result.r2 = admission.holdOrTake(true);
    }

    @Actor
    public void end(ZZZ_Result result) {
      admission.give(true);
      result.r3 = admission.endHold();
    }
  }

  /** Another channel, which is refused, has taken the channel's own room for a moment. */
  @JCStressTest
  @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "admitted")
  @Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "held and woken")
  @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "admitted, and woken for nothing")
  @Outcome(id = "false, 2", expect = ACCEPTABLE, desc = "the other was faster")
  @Outcome(id = "true, 2", expect = FORBIDDEN, desc = "admitted beyond the limit")
  @Outcome(id = "false, 0", expect = FORBIDDEN, desc = "held beside room")
  @State
  public static class TakeOver {
    private final Admission admission = new Admission(1, new Budget(1));

    public TakeOver() {
      admission.takeBeyond(false);
    }

    @Actor
    public void answerAndAdmit(ZI_Result result) {
      admission.give(false);
      admission.endHold();
      result.r1 = admission.holdOrTake(true);
    }

    @Actor
    public void takeOver(ZI_Result result) {
      if (admission.take(true)) {
        result.r2 = 2;
      } else if (admission.endHold()) {
        result.r2 = 1;
      }
    }
  }

  /** Two want the last room. */
  @JCStressTest
  @Outcome(
      id = {"true, false, 2", "false, true, 2"},
      expect = ACCEPTABLE,
      desc = "one is admitted")
  @Outcome(expect = FORBIDDEN, desc = "both, none, or a count that is wrong")
  @State
  public static class LastRoom {
    private final Budget budget = new Budget(2);

    public LastRoom() {
      budget.takeBeyond(false);
    }

    @Actor
    public void first(ZZI_Result result) {
      result.r1 = budget.take(true);
    }

    @Actor
    public void second(ZZI_Result result) {
      result.r2 = budget.take(true);
    }

    @Arbiter
    public void count(ZZI_Result result) {
      result.r3 = budget.taken();
    }
  }

  /** One takes room just as another gives some back. */
  @JCStressTest
  @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "both are counted")
  @Outcome(expect = FORBIDDEN, desc = "a count that is wrong")
  @State
  public static class TakeAndGive {
    private final Budget budget = new Budget(4);

    public TakeAndGive() {
      budget.takeBeyond(false);
    }

    @Actor
    public void take(ZI_Result result) {
      result.r1 = budget.take(true);
    }

    @Actor
    public void give() {
      budget.give(false);
    }

    @Arbiter
    public void count(ZI_Result result) {
      result.r2 = budget.taken();
    }
  }
}
