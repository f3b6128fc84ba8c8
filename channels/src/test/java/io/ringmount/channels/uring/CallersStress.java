package io.ringmount.channels.uring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** What {@link Callers} says when several channels note requests at once. */
final class CallersStress {
  private static final int CALLER = 1;

  /** Shares the place of {@link #CALLER}. */
  private static final int OTHER = 1 + 1024;

  private CallersStress() {}

  /** A caller comes to another processor just as a second one comes that shares its place. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "seen to move")
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "hidden by the other")
  @Outcome(expect = FORBIDDEN, desc = "the other, which is new, is seen to move")
  @State
  public static class SharedPlace {
    private final Callers callers = new Callers();

    public SharedPlace() {
      callers.moved(CALLER, 3);
    }

    @Actor
    public void caller(ZZ_Result result) {
      result.r1 = callers.moved(CALLER, 4);
    }

    @Actor
    public void other(ZZ_Result result) {
      result.r2 = callers.moved(OTHER, 5);
    }
  }

  /** Two channels get requests of a caller that has moved. */
  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true", "true, true"},
      expect = ACCEPTABLE,
      desc = "seen to move")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "the move is missed")
  @State
  public static class Move {
    private final Callers callers = new Callers();

    public Move() {
      callers.moved(CALLER, 3);
    }

    @Actor
    public void first(ZZ_Result result) {
      result.r1 = callers.moved(CALLER, 4);
    }

    @Actor
    public void second(ZZ_Result result) {
      result.r2 = callers.moved(CALLER, 4);
    }
  }
}
