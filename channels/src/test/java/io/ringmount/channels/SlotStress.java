package io.ringmount.channels;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.JJZ_Result;

/** Whoever sees a {@link SlotState} sees what was written before it. */
final class SlotStress {
  private static final long UNIQUE = 7;

  private SlotStress() {}

  /** Somebody looks for a request just as it arrives. */
  @JCStressTest
  @Outcome(id = "0, 0, false", expect = ACCEPTABLE, desc = "not yet")
  @Outcome(id = "7, 42, true", expect = ACCEPTABLE, desc = "there as it was written")
  @Outcome(id = "0, 0, true", expect = ACCEPTABLE, desc = "there by the second look")
  @Outcome(expect = FORBIDDEN, desc = "there before it was written")
  @State
  public static class Received {
    private final Slot slot = StressSlots.filled(UNIQUE, 42);

    @Actor
    public void receive() {
      slot.receivedFromRing(null);
    }

    @Actor
    public void look(JJZ_Result result) {
      if (slot.record().state() == SlotState.RECEIVED) {
        result.r1 = slot.unique();
        result.r2 = slot.request().node();
      }
      result.r3 = slot.holds(UNIQUE);
    }
  }

  /** The channel looks just as another thread replies. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "not yet")
  @Outcome(id = "-4", expect = ACCEPTABLE, desc = "ready as it was written")
  @Outcome(id = "1", expect = FORBIDDEN, desc = "ready before it was written")
  @State
  public static class Ready implements ReplySink {
    private final Slot slot = StressSlots.received(UNIQUE, 1);
    private final Exchange exchange = new Exchange(slot, this);

    public Ready() {
      exchange.begin();
    }

    @Override
    public void complete(Slot replied) {
      replied.ready();
    }

    @Override
    public void submit(FileTransfer transfer) {
      throw new IllegalStateException("there is no transfer");
    }

    @Override
    public boolean triesAtOnce() {
      return false;
    }

    @Actor
    public void reply() {
      exchange.error(4);
    }

    @Actor
    public void look(I_Result result) {
      if (slot.record().state() == SlotState.READY) {
        result.r1 = exchange.replyError() == 0 ? 1 : exchange.replyError();
      }
    }
  }
}
