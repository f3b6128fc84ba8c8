package io.ringmount.channels;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** The memory order that {@link Awaited} claims. */
final class AwaitedStress {
  private static final long UNIQUE = 7;
  private static final long LATER = 8;

  private AwaitedStress() {}

  /** The outcome comes just as the request is given up; then the slot has another request. */
  @JCStressTest
  @Outcome(
      id = {"true, false, true", "false, true, true"},
      expect = ACCEPTABLE,
      desc = "answered once, and so is the later request")
  @Outcome(expect = FORBIDDEN, desc = "answered twice or never, or the later one is")
  @State
  public static class TwoAnswer {
    private final Awaited awaited = new Awaited();

    public TwoAnswer() {
      awaited.begin(UNIQUE);
    }

    @Actor
    public void end(ZZZ_Result result) {
      result.r1 = awaited.end(UNIQUE);
      if (result.r1) {
        awaited.begin(LATER);
      }
    }

    @Actor
    public void giveUp(ZZZ_Result result) {
      result.r2 = awaited.abandon(UNIQUE);
      if (result.r2) {
        awaited.begin(LATER);
      }
    }

    @Arbiter
    public void later(ZZZ_Result result) {
      result.r3 = awaited.end(LATER) && !awaited.abandon(LATER);
    }
  }

  /** A request is given up just as it begins. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "too early")
  @Outcome(id = "42", expect = ACCEPTABLE, desc = "given up")
  @Outcome(id = "0", expect = FORBIDDEN, desc = "given up without what is needed to answer")
  @State
  public static class Begin {
    private final Awaited awaited = new Awaited();
    private int needed;

    @Actor
    public void begin() {
      needed = 42;
      awaited.begin(UNIQUE);
    }

    @Actor
    public void giveUp(I_Result result) {
      result.r1 = awaited.abandon(UNIQUE) ? needed : -1;
    }
  }
}
