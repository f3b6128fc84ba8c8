package io.ringmount.channels.waiting;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Whatever the arrivals, polling in vain keeps within the share of the core. */
class PollShareProperties {
  @Property(tries = 300)
  void adaptiveWaitKeepsToItsShare(
      @ForAll @DoubleRange(min = 0, max = 1) double share,
      @ForAll @LongRange(min = 1, max = 200_000) long wakeUp,
      @ForAll @LongRange(min = 10, max = 500_000) long bound,
      @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 1_000_000) Integer> thinkTimes,
      @ForAll @IntRange(max = 200) int interruptedEvery) {
    SimulatedCore core = new SimulatedCore();
    PollBudget budget = new PollBudget(share, core.nanoTime());
    WaitStrategy strategy = new AdaptiveWait(wakeUp, bound, budget, CoreContention.UNKNOWN, core);
    keepsToItsShare(core, strategy, share, wakeUp, thinkTimes, interruptedEvery);
  }

  @Property(tries = 300)
  void boundedPollKeepsToItsShare(
      @ForAll @DoubleRange(min = 0, max = 1) double share,
      @ForAll @LongRange(min = 1, max = 2_000_000) long bound,
      @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 1_000_000) Integer> thinkTimes) {
    SimulatedCore core = new SimulatedCore();
    PollBudget budget = new PollBudget(share, core.nanoTime());
    WaitStrategy strategy = new BoundedPoll(bound, budget, core);
    keepsToItsShare(core, strategy, share, 1_000, thinkTimes, 0);
  }

  private static void keepsToItsShare(
      SimulatedCore core,
      WaitStrategy strategy,
      double share,
      long wakeUp,
      List<Integer> thinkTimes,
      int interruptedEvery) {
    int[] looks = new int[1];
    core.neighbour(at -> interruptedEvery > 0 && ++looks[0] % interruptedEvery == 0 ? 20_000 : 0);
    long start = core.nanoTime();
    for (int think : thinkTimes) {
      core.serve(50, strategy, () -> think, wakeUp, false);
      double most = share * (core.nanoTime() - start) + PollBudget.BURST_NANOS + core.longest;
      assertTrue(core.vain <= most, () -> core.vain + " > " + most);
    }
  }
}
