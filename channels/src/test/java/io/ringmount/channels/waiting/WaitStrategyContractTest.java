package io.ringmount.channels.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link WaitStrategy} promises its channel. */
class WaitStrategyContractTest {
  private static final double SHARE = 0.25;
  private static final long WAKE_UP = 40_000;
  private static final long BOUND = 20_000;

  private enum Kind {
    BLOCKING(core -> BlockingWait.INSTANCE),
    BOUNDED(core -> new BoundedPoll(BOUND, budget(core), core)),
    ADAPTIVE(core ->
        new AdaptiveWait(
            WAKE_UP,
            AdaptiveWait.DEFAULT_MAX_BOUND_NANOS,
            budget(core),
            CoreContention.UNKNOWN,
            core)),
    CONTROLLED(core -> new ControlledWait().look(3));

    private final Function<SimulatedCore, WaitStrategy> maker;

    Kind(Function<SimulatedCore, WaitStrategy> maker) {
      this.maker = maker;
    }

    private static PollBudget budget(SimulatedCore core) {
      return new PollBudget(SHARE, core.nanoTime());
    }
  }

  /** Every kind, fresh and after it learned that requests come soon, late, and at random. */
  static Stream<Kind> kinds() {
    return Stream.of(Kind.values());
  }

  private static void learn(SimulatedCore core, WaitStrategy strategy, Random random) {
    switch (random.nextInt(4)) {
      case 0 -> core.serve(200, strategy, () -> 8_000, WAKE_UP, false);
      case 1 -> core.serve(50, strategy, () -> 300_000, WAKE_UP, false);
      case 2 -> core.serve(20, strategy, () -> 100, WAKE_UP, true);
      default -> core.serve(100, strategy, () -> random.nextInt(80_000), WAKE_UP, false);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void foundMeansThatTheLastLookFoundSomething(Kind kind) {
    SimulatedCore core = new SimulatedCore();
    WaitStrategy strategy = kind.maker.apply(core);
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      learn(core, strategy, random);
      long arrival = core.nanoTime() + random.nextInt(100_000);
      boolean[] last = new boolean[1];
      int[] afterArrival = new int[1];
      boolean found =
          strategy.poll(() -> {
            assertFalse(last[0], "looked on after it had found something");
            afterArrival[0]++;
            core.pass(SimulatedCore.LOOK_NANOS);
            last[0] = core.nanoTime() - arrival >= 0;
            return last[0];
          });
      assertEquals(last[0], found);
      assertTrue(afterArrival[0] > 0, "did not look");
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void pollsNoLongerThanItsBoundAndOneLook(Kind kind) {
    SimulatedCore core = new SimulatedCore();
    WaitStrategy strategy = kind.maker.apply(core);
    Random random = new Random(2);
    for (int i = 0; i < 300; i++) {
      learn(core, strategy, random);
      long bound = strategy.boundNanos();
      boolean polls = strategy.polls();
      assertEquals(polls, bound > 0);
      long start = core.nanoTime();
      int[] looks = new int[1];
      assertFalse(
          strategy.poll(() -> {
            looks[0]++;
            core.pass(SimulatedCore.LOOK_NANOS);
            return false;
          }));
      if (!polls) {
        assertEquals(1, looks[0]);
      } else if (kind != Kind.CONTROLLED) {
        // The first look comes before the clock is read.
        long most = bound + 2 * SimulatedCore.LOOK_NANOS;
        assertTrue(core.nanoTime() - start <= most, () -> core.nanoTime() - start + " > " + most);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void pollingInVainStaysWithinTheShare(Kind kind) {
    SimulatedCore core = new SimulatedCore();
    WaitStrategy strategy = kind.maker.apply(core);
    Random random = new Random(3);
    long start = core.nanoTime();
    // Requests come just after the bound: as much in vain as can be.
    for (int i = 0; i < 200_000; i++) {
      long think = Math.max(1_000, strategy.boundNanos() + random.nextInt(2_000));
      core.serve(1, strategy, () -> think, 500, false);
    }
    double most = SHARE * (core.nanoTime() - start) + PollBudget.BURST_NANOS + core.longest;
    assertTrue(core.vain <= most, core.vain + " > " + most);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void stepsMayComeInAnyOrder(Kind kind) {
    SimulatedCore core = new SimulatedCore();
    WaitStrategy strategy = kind.maker.apply(core);
    Random random = new Random(4);
    for (int i = 0; i < 50_000; i++) {
      core.pass(random.nextInt(60_000));
      switch (random.nextInt(5)) {
        case 0 -> strategy.blocking();
        case 1 -> strategy.unblocked();
        case 2 -> strategy.served(random.nextInt(10) == 0);
        case 3 -> assertEquals(strategy.polls(), strategy.boundNanos() > 0);
        default -> {
          boolean present = random.nextBoolean();
          assertEquals(
              present,
              strategy.poll(() -> {
                core.pass(SimulatedCore.LOOK_NANOS);
                return present;
              }));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void waitingAllocatesNothing(Kind kind) {
    SimulatedCore core = new SimulatedCore();
    WaitStrategy strategy = kind.maker.apply(core);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] arrival = new long[1];
    Arrivals arrivals =
        () -> {
          core.pass(1_000);
          return core.nanoTime() - arrival[0] >= 0;
        };
    // Until it is compiled, the first rounds may allocate; one that does not shows that none must.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 10 && least > 0; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      waitOften(core, strategy, arrivals, arrival);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least);
  }

  private static void waitOften(
      SimulatedCore core, WaitStrategy strategy, Arrivals arrivals, long[] arrival) {
    for (int i = 0; i < 20_000; i++) {
      arrival[0] = core.nanoTime() + (i % 4_000 < 2_000 ? 8_000 : 200_000);
      if (!strategy.polls() || !strategy.poll(arrivals)) {
        strategy.blocking();
        core.pass(Math.max(0, arrival[0] - core.nanoTime()) + WAKE_UP);
        strategy.unblocked();
      }
      strategy.served(i % 50 == 0);
    }
  }
}
