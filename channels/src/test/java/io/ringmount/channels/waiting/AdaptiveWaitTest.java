package io.ringmount.channels.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the adaptive strategy learns, in simulated time. */
class AdaptiveWaitTest {
  private static final long WAKE_UP = 40_000;
  private static final long SECOND = 1_000_000_000L;
  private static final LongSupplier SOON = () -> 8_000;
  private static final LongSupplier LATE = () -> 500_000;

  private final SimulatedCore core = new SimulatedCore();
  private int probes;
  private boolean wanted;

  private final AdaptiveWait strategy = withShare(0.25);

  private AdaptiveWait withShare(double share) {
    return new AdaptiveWait(
        WAKE_UP,
        AdaptiveWait.DEFAULT_MAX_BOUND_NANOS,
        new PollBudget(share, core.nanoTime()),
        () -> {
          probes++;
          return wanted;
        },
        core);
  }

  private void serve(int count, LongSupplier think) {
    core.forget();
    core.serve(count, strategy, think, WAKE_UP, false);
  }

  private void serveFor(long nanos, LongSupplier think, long wakeUp) {
    core.forget();
    core.serveUntil(core.nanoTime() + nanos, strategy, think, wakeUp);
  }

  @Test
  void pollsForRequestsThatComeSoon() {
    assertFalse(strategy.polls());
    serve(300, SOON);
    assertTrue(strategy.polls());
    assertEquals(10_000, strategy.boundNanos());
    serve(10_000, SOON);
    assertEquals(10_000, core.hits);
  }

  @Test
  void blocksForRequestsThatComeLate() {
    serve(300, SOON);
    serve(50, LATE);
    assertFalse(strategy.polls());
    serve(10_000, LATE);
    assertEquals(0, core.polls);
    serve(300, SOON);
    assertTrue(strategy.polls());
  }

  @Test
  void boundReachesAsFarAsTheRequestsThatPay() {
    Random random = new Random(5);
    LongSupplier mixed = () -> random.nextInt(10) == 0 ? 500_000 : 3_000 + random.nextInt(15_000);
    serve(500, mixed);
    serve(10_000, mixed);
    assertTrue(core.hits > 8_000, () -> core.hits + " hits");
    assertTrue(core.longest <= 30_000 + 2 * SimulatedCore.LOOK_NANOS, () -> core.longest + " ns");
  }

  @Test
  void requestsThatMostlyComeLateAreNotPolledFor() {
    Random random = new Random(6);
    LongSupplier mixed = () -> random.nextInt(10) < 8 ? 500_000 : 8_000;
    serve(500, mixed);
    serve(10_000, mixed);
    assertTrue(core.polls < 1_000, () -> core.polls + " polls");
  }

  @Test
  void cheapWakeUpsAreNotReplacedByPolling() {
    // A client on the same core: back from the kernel long before a wake-up across cores.
    core.serve(10_000, strategy, () -> 5_000, 1_000, false);
    assertEquals(0, core.polls);
  }

  @Test
  void requestsAlreadyThereNeedNoPolling() {
    serve(300, SOON);
    assertTrue(strategy.polls());
    serve(200, () -> 0);
    assertFalse(strategy.polls());
  }

  @Test
  void bulkRequestsEndPollingUntilAnotherKindIsServed() {
    serve(300, SOON);
    strategy.served(true);
    assertFalse(strategy.polls());
    assertEquals(0, strategy.boundNanos());
    core.serve(1_000, strategy, LATE, WAKE_UP, true);
    assertFalse(strategy.polls());
    strategy.served(false);
    assertTrue(strategy.polls(), "what bulk requests did says nothing about the others");
  }

  @Test
  void neighbourOfTheCoreEndsPolling() {
    serve(300, SOON);
    hog();
    serveFor(4 * SECOND, SOON, WAKE_UP);
    serveFor(10 * SECOND, SOON, WAKE_UP);
    // A trial a second, each ended by the neighbour's first slice.
    assertTrue(core.polls > 0 && core.polls < core.waits / 50, () -> core.polls + " polls");

    core.neighbour(at -> 0);
    serveFor(2 * SECOND, SOON, WAKE_UP);
    serve(1_000, SOON);
    assertEquals(1_000, core.hits);
  }

  /** Takes 3 ms of every 6 ms, when the thread looks at such a time. */
  private void hog() {
    core.neighbour(at -> at % 6_000_000 < 3_000_000 ? 3_000_000 : 0);
  }

  @Test
  void requestBehindAGapIsNoGain() {
    serve(300, SOON);
    // The client itself takes the core to send its request.
    long[] looks = new long[1];
    core.neighbour(at -> ++looks[0] % 2 == 0 ? 8_000 : 0);
    serve(100, SOON);
    assertTrue(core.hits > 0);
    assertFalse(strategy.polls());
    serveFor(10 * SECOND, SOON, WAKE_UP);
    assertTrue(core.polls < core.waits / 100, () -> core.polls + " polls");
  }

  @Test
  void interruptNowAndThenDoesNotEndPolling() {
    serve(300, SOON);
    long[] next = {core.nanoTime()};
    core.neighbour(at -> {
      if (at - next[0] < 0) {
        return 0;
      }
      next[0] = at + 4_000_000;
      return 10_000;
    });
    serve(20_000, SOON);
    assertTrue(core.hits > 19_900, () -> core.hits + " hits");
  }

  @ParameterizedTest
  @ValueSource(longs = {25_000, 30_000, 45_000, 60_000, 80_000})
  void pollingThatKeepsTheClientFromRunningIsGivenUp(long think) {
    // Its requests look as if they came soon after a costly wake-up, and never come to a poll.
    core.clientHere(true);
    serveFor(4 * SECOND, () -> think, 1_000);
    assertTrue(core.vain < 4 * SECOND / 500, () -> core.vain + " ns in vain at first");
    serveFor(10 * SECOND, () -> think, 1_000);
    assertTrue(core.vain < 10 * SECOND / 2_000, () -> core.vain + " ns in vain");
  }

  @Test
  void wantedCoreEndsPollingAndIsAskedSeldom() {
    serve(300, SOON);
    serveFor(SECOND, SOON, WAKE_UP);
    assertTrue(probes > 50 && probes <= 102, () -> probes + " probes");
    wanted = true;
    serveFor(4 * SECOND, SOON, WAKE_UP);
    serveFor(10 * SECOND, SOON, WAKE_UP);
    assertTrue(core.polls < core.waits / 20, () -> core.polls + " polls");
    wanted = false;
    serveFor(2 * SECOND, SOON, WAKE_UP);
    assertTrue(strategy.polls());
  }

  @Test
  void shareOfZeroNeverPolls() {
    AdaptiveWait none = withShare(0);
    core.forget();
    core.serve(10_000, none, SOON, WAKE_UP, false);
    assertEquals(0, core.polls);
  }

  @Test
  void numbersOutsideTheirRangeAreRefused() {
    PollBudget budget = new PollBudget(1, 0);
    CoreContention unknown = CoreContention.UNKNOWN;
    assertThrows(
        IllegalArgumentException.class, () -> new AdaptiveWait(0, 50_000, budget, unknown, core));
    assertThrows(
        IllegalArgumentException.class, () -> new AdaptiveWait(1, 9, budget, unknown, core));
    assertThrows(
        IllegalArgumentException.class, () -> new AdaptiveWait(1, 500_001, budget, unknown, core));
    assertThrows(IllegalArgumentException.class, () -> new BoundedPoll(0, budget, core));
    assertThrows(IllegalArgumentException.class, () -> new PollBudget(1.01, 0));
    assertThrows(IllegalArgumentException.class, () -> new PollBudget(-0.01, 0));
    assertThrows(IllegalArgumentException.class, () -> new PollBudget(Double.NaN, 0));
  }
}
