package io.ringmount.channels.uring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/** The sleep of {@link Lender}. Every sample has its thread, so there are only some hundreds. */
final class LenderStress {
  private static final VarHandle ASLEEP;

  static {
    try {
      ASLEEP =
          MethodHandles.privateLookupIn(Lender.class, MethodHandles.lookup())
              .findVarHandle(Lender.class, "asleep", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private LenderStress() {}

  /** Callers move just as the lender goes to sleep. */
  @JCStressTest(Mode.Termination)
  @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "it wakes and goes to sleep again")
  @Outcome(expect = FORBIDDEN, desc = "it sleeps on")
  @State
  public static class Attention {
    /** Of which none succeeds only if attention does not take the flag back. */
    private static final int TRIES = 100;

    private final Lender lender = new Lender(1);
    private volatile boolean given;

    private boolean isAsleep() {
      return (boolean) ASLEEP.getVolatile(lender);
    }

    private void awaitSleep() {
      while (!isAsleep()) {
        Thread.yield();
      }
    }

    @Signal
    public void give() {
      for (int tries = 0; tries < TRIES && !given; tries++) {
        awaitSleep();
        lender.attention();
        given = !isAsleep();
      }
    }

    @Actor
    public void observe() {
      while (!given) {
        Thread.yield();
      }
      awaitSleep();
      lender.close();
    }
  }
}
