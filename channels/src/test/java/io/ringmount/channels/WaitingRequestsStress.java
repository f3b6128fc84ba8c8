package io.ringmount.channels;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZI_Result;
import org.openjdk.jcstress.infra.results.ZI_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The memory order that {@link WaitingRequests} claims, in its three places. */
final class WaitingRequestsStress {
  private WaitingRequestsStress() {}

  /** A request finds no memory just as another gives some back. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "the memory is seen")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "woken")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "seen, and woken for nothing")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "asleep beside idle memory")
  @State
  public static class IdleMemory {
    private static final Slot SLOT = StressSlots.received(1, 1);
    private static final Detached MEMORY =
        new Detached(
            null,
            new Session(new FileSystem() {}, MountOptions.of("stress"), 1),
            StressSlots.received(2, 1));

    private final WaitingRequests waiting = new WaitingRequests(2, 1);

    @Actor
    public void detach(ZZ_Result result) {
      result.r1 = waiting.detach(SLOT) != null || waiting.hasRunnable();
    }

    @Actor
    public void finish(ZZ_Result result) {
      result.r2 = waiting.finished(MEMORY);
    }
  }

  /** A request goes into a line just as the one before it ends, and its channel resumes it. */
  @JCStressTest
  @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "its turn at once")
  @Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "waited and resumed")
  @Outcome(id = "false, 2", expect = FORBIDDEN, desc = "resumed before it was counted")
  @Outcome(expect = FORBIDDEN, desc = "forgotten, or runs twice")
  @State
  public static class Line {
    private static final NodeOrder ORDER = new NodeOrder();
    private static final AtomicLong NODES = new AtomicLong();

    private final WaitingRequests waiting = new WaitingRequests(2, 0);
    private final Slot before;
    private final Slot slot;

    public Line() {
      long node = NODES.incrementAndGet();
      before = StressSlots.received(1, node);
      slot = StressSlots.received(2, node);
      ORDER.enter(before);
    }

    /** As another channel does that has taken the request over. */
    @Actor
    public void start(ZI_Result result) {
      waiting.enter();
      if (ORDER.enter(slot)) {
        waiting.leave();
        result.r1 = true;
      }
    }

    @Actor
    public void end(ZI_Result result) {
      Slot next = ORDER.leave(before);
      if (next != null) {
        waiting.resume(next);
        boolean resumed = waiting.pollResumed() == slot && waiting.isEmpty();
        result.r2 = resumed ? 1 : 2;
      }
    }

    @Arbiter
    public void leave(ZI_Result result) {
      if (!waiting.isEmpty()) {
        result.r2 = 2;
      }
      ORDER.leave(slot);
    }
  }

  /** A request is resumed just as the thread ends. */
  @JCStressTest
  @Outcome(id = "1, false, 0", expect = ACCEPTABLE, desc = "the thread takes it out")
  @Outcome(id = "1, true, 0", expect = ACCEPTABLE, desc = "taken out, and told for nothing")
  @Outcome(id = "0, true, 1", expect = ACCEPTABLE, desc = "whoever resumes it is told")
  @Outcome(id = "0, false, 1", expect = FORBIDDEN, desc = "nobody takes it out")
  @Outcome(expect = FORBIDDEN, desc = "lost or taken twice")
  @State
  public static class End {
    private static final Slot SLOT = StressSlots.received(1, 1);

    private final WaitingRequests waiting = new WaitingRequests(2, 0);

    // Without the lock of those who take out: it would be a fence.
    @Actor
    public void end(IZI_Result result) {
      waiting.end();
      waiting.removeAll(_ -> result.r1++);
    }

    @Actor
    public void resume(IZI_Result result) {
      result.r2 = !waiting.resume(SLOT);
    }

    @Arbiter
    public void rest(IZI_Result result) {
      waiting.removeAll(_ -> result.r3++);
    }
  }
}
