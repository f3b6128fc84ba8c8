package io.ringmount.channels;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The memory order that {@link ProcessingQueue} claims. */
final class ProcessingQueueStress {
  private ProcessingQueueStress() {}

  /** Two channels take the only request. */
  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "one gets it")
  @Outcome(expect = FORBIDDEN, desc = "both or none get it")
  @State
  public static class TwoTake {
    private static final Slot SLOT = StressSlots.received(1, 1);

    private final ProcessingQueue queue = new ProcessingQueue(2);

    public TwoTake() {
      queue.offer(SLOT);
    }

    @Actor
    public void first(ZZ_Result result) {
      result.r1 = queue.poll(false) != null;
    }

    @Actor
    public void second(ZZ_Result result) {
      result.r2 = queue.poll(false) != null;
    }
  }

  /** Another channel takes a request just as it arrives. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "too early")
  @Outcome(id = "7, 42", expect = ACCEPTABLE, desc = "taken as it was written")
  @Outcome(expect = FORBIDDEN, desc = "taken before it was written")
  @State
  public static class Arrival {
    private final ProcessingQueue queue = new ProcessingQueue(2);
    private final Slot slot = StressSlots.filled(7, 1);

    @Actor
    public void receive() {
      slot.receivedFromRing(null);
      slot.arrived(42);
      queue.offer(slot);
    }

    @Actor
    public void take(JJ_Result result) {
      Slot taken = queue.poll(false);
      result.r1 = taken == null ? -1 : taken.unique();
      result.r2 = taken == null ? -1 : taken.arrived();
    }
  }

  /** Another channel takes a request just as an interrupted one is taken out. */
  @JCStressTest
  @Outcome(
      id = {"1, 1, 0", "1, 0, 1", "0, 1, 1"},
      expect = ACCEPTABLE,
      desc = "each request is got once")
  @Outcome(expect = FORBIDDEN, desc = "a request is lost or got twice")
  @State
  public static class Interrupted {
    private final ProcessingQueue queue = new ProcessingQueue(2);

    public Interrupted() {
      Slot interrupted = StressSlots.received(7, 1);
      interrupted.interrupted(7);
      queue.offer(interrupted);
      queue.offer(StressSlots.received(8, 1));
    }

    @Actor
    public void remove(III_Result result) {
      queue.removeInterrupted(_ -> result.r1++);
    }

    @Actor
    public void take(III_Result result) {
      if (queue.poll(false) != null) {
        result.r2++;
      }
    }

    @Arbiter
    public void rest(III_Result result) {
      queue.removeAll(_ -> result.r3++);
    }
  }
}
