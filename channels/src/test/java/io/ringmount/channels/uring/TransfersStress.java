package io.ringmount.channels.uring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.ringmount.channels.FileTransfer;
import io.ringmount.channels.StressSlots;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZI_Result;

/** The memory order that {@link Transfers} claims. */
final class TransfersStress {
  private TransfersStress() {}

  /** A transfer is submitted just as the ring's thread leaves. */
  @JCStressTest
  @Outcome(id = "1, false, 0", expect = ACCEPTABLE, desc = "the thread takes it out")
  @Outcome(id = "1, true, 0", expect = ACCEPTABLE, desc = "taken out, and told for nothing")
  @Outcome(id = "0, true, 1", expect = ACCEPTABLE, desc = "its submitter is told")
  @Outcome(id = "0, false, 1", expect = FORBIDDEN, desc = "nobody carries it")
  @Outcome(expect = FORBIDDEN, desc = "lost or taken twice")
  @State
  public static class Leave {
    private static final FileTransfer TRANSFER = StressSlots.transfer();

    private final Transfers transfers = new Transfers(2);

    // Without the lock of those who take out: it would be a fence.
    private int takeAll() {
      int count = 0;
      while (transfers.takeSubmitted() != null) {
        count++;
      }
      return count;
    }

    @Actor
    public void leave(IZI_Result result) {
      transfers.leave();
      result.r1 = takeAll();
    }

    @Actor
    public void submit(IZI_Result result) {
      result.r2 = !transfers.submit(TRANSFER);
    }

    @Arbiter
    public void rest(IZI_Result result) {
      result.r3 = takeAll();
    }
  }
}
