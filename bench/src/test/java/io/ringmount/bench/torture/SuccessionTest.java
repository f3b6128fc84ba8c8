package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SuccessionTest {
  private static final Replacement UPGRADE = new Replacement(Set.of(Victim.DAEMON), true);
  private static final Replacement KILL = new Replacement(Set.of(Victim.DAEMON), false);
  private static final Replacement WATCHDOG = new Replacement(Set.of(Victim.WATCHDOG), true);
  private static final Replacement BOTH =
      new Replacement(Set.of(Victim.DAEMON, Victim.WATCHDOG), true);

  private static final List<String> RIGHT = List.of();

  private final Succession plain = new Succession(state(1, 1), false);
  private final Succession withStandby = new Succession(state(1, 1), true);

  /** Every generation is a process of its own. */
  private static ServiceState state(int generation, long watchdog) {
    return new ServiceState(1000 + generation, 2000 + watchdog, generation);
  }

  @Test
  void eachVictimHasOneSuccessor() {
    assertEquals(RIGHT, plain.still(state(1, 1)));
    assertEquals(RIGHT, plain.after("1", UPGRADE, state(2, 1)));
    assertEquals(RIGHT, plain.after("2", KILL, state(3, 1)));
    assertEquals(RIGHT, plain.after("3", WATCHDOG, state(3, 2)));
    assertEquals(RIGHT, plain.after("4", KILL, state(4, 2)));
    assertEquals(RIGHT, plain.after("5", BOTH, state(5, 3)));
    assertEquals(RIGHT, plain.after("6", Replacement.NONE, state(5, 3)));
  }

  @Test
  void aNeedlessRecoveryIsToldOnce() {
    assertEquals(
        List.of("1 daemons too many: expected generation 2, found 3 after event 1, upgrade"),
        plain.after("event 1, upgrade", UPGRADE, state(3, 1)));
    assertEquals(RIGHT, plain.still(state(3, 1)));
    assertEquals(RIGHT, plain.after("event 2, upgrade", UPGRADE, state(4, 1)));
    assertEquals(
        List.of("2 daemons too many: expected generation 4, found 6 after event 2, upgrade"),
        plain.still(state(6, 1)));
  }

  @Test
  void aDaemonThatIsNotReplacedIsTold() {
    assertEquals(
        List.of("1 daemons too few: expected generation 2, found 1 after the kill"),
        plain.after("the kill", KILL, state(1, 1)));
    assertEquals(
        List.of(
            "the daemon was kept after 2: "
                + new ServiceState(1001, 2001, 2)
                + ", before "
                + state(1, 1)),
        plain.after("2", KILL, new ServiceState(1001, 2001, 2)));
  }

  @Test
  void aDaemonThatGoesWithItsWatchdogIsTold() {
    assertEquals(
        List.of("1 daemons too many: expected generation 1, found 2 after it"),
        plain.after("it", WATCHDOG, state(2, 2)));
  }

  @Test
  void aWatchdogThatIsReplacedOrKeptAgainstExpectationIsTold() {
    assertEquals(
        List.of("the watchdog was replaced after 1: " + state(2, 2) + ", before " + state(1, 1)),
        plain.after("1", KILL, state(2, 2)));
    assertEquals(
        List.of("the watchdog was kept after 2: " + state(3, 2) + ", before " + state(2, 2)),
        plain.after("2", BOTH, state(3, 2)));
  }

  @Test
  void standbysThatNeverServedTakeGenerations() {
    assertEquals(RIGHT, withStandby.after("1", UPGRADE, state(3, 1)));
    assertEquals(RIGHT, withStandby.after("2", KILL, state(4, 1)));
    assertEquals(RIGHT, withStandby.after("3", WATCHDOG, state(4, 2)));
    assertEquals(RIGHT, withStandby.after("4", WATCHDOG, state(4, 3)));
    assertEquals(RIGHT, withStandby.after("5", KILL, state(7, 3)));
    assertEquals(RIGHT, withStandby.after("6", BOTH, state(9, 4)));
    assertEquals(RIGHT, withStandby.after("7", KILL, state(11, 4)));
  }

  @Test
  void aStandbyHidesNoNeedlessRecovery() {
    assertEquals(
        List.of("1 daemons too many: expected generation 2, found 3 after 1"),
        withStandby.after("1", KILL, state(3, 1)));
    assertEquals(
        List.of("1 daemons too many: expected generation 4 to 5, found 6 after 2"),
        withStandby.after("2", UPGRADE, state(6, 1)));
  }
}
