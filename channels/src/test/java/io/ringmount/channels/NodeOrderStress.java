package io.ringmount.channels;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZJ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** In {@link NodeOrder} every request gets its turn, once. */
final class NodeOrderStress {
  private static final NodeOrder ORDER = new NodeOrder();
  private static final AtomicLong NODES = new AtomicLong();

  private NodeOrderStress() {}

  /** A request comes just as the one before it ends. */
  @JCStressTest
  @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "runs at once")
  @Outcome(id = "false, 42", expect = ACCEPTABLE, desc = "waited and is handed out")
  @Outcome(expect = FORBIDDEN, desc = "forgotten, runs twice, or is handed out half written")
  @State
  public static class Turn {
    private final Slot before;
    private final Slot slot;

    public Turn() {
      long node = NODES.incrementAndGet();
      before = StressSlots.received(1, node);
      slot = StressSlots.received(2, node);
      ORDER.enter(before);
    }

    @Actor
    public void enter(ZJ_Result result) {
      slot.arrived(42);
      result.r1 = ORDER.enter(slot);
    }

    @Actor
    public void leave(ZJ_Result result) {
      Slot next = ORDER.leave(before);
      result.r2 = next == null ? 0 : next.arrived();
    }

    @Arbiter
    public void end() {
      ORDER.leave(slot);
    }
  }

  /** A request that waits is interrupted just as its turn comes. */
  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "refused or run")
  @Outcome(expect = FORBIDDEN, desc = "refused and run, or neither")
  @State
  public static class Interrupted {
    private final Slot before;
    private final Slot slot;

    public Interrupted() {
      long node = NODES.incrementAndGet();
      before = StressSlots.received(1, node);
      slot = StressSlots.received(2, node);
      ORDER.enter(before);
      ORDER.enter(slot);
    }

    @Actor
    public void remove(ZZ_Result result) {
      result.r1 = ORDER.remove(slot, 2);
    }

    @Actor
    public void leave(ZZ_Result result) {
      result.r2 = ORDER.leave(before) != null;
    }

    @Arbiter
    public void end() {
      ORDER.leave(slot);
    }
  }
}
