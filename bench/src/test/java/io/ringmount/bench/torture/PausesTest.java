package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PausesTest {
  private static final long MILLI = 1_000_000;

  private static Event event(long begin, long end) {
    return new Event("daemon", begin * MILLI, end * MILLI);
  }

  private static SlowCall call(long begin, long end, String name) {
    return new SlowCall(begin * MILLI, end * MILLI, name);
  }

  private static final Pauses PAUSES =
      new Pauses(
          List.of(event(100, 110), event(200, 210), event(300, 310)),
          List.of(
              call(90, 99, "read"),
              call(95, 105, "stat"),
              call(109, 130, "mkdir"),
              call(195, 230, "fsync"),
              call(290, 340, "rename")),
          List.of(call(304, 311, "CPU 0")));

  @Test
  void thePauseOfAnEventIsTheLongestCallThatMetIt() {
    assertEquals(
        List.of(21.0, 1.0, 50.0), PAUSES.list().stream().map(Pauses.Pause::millis).toList());
    assertEquals("mkdir", PAUSES.list().getFirst().slowest().orElseThrow().name());
    assertEquals(7, PAUSES.list().getLast().stallMillis());
    assertTrue(PAUSES.list().get(1).slowest().isEmpty());
  }

  @Test
  void callsThatMeetNoEventAreToldWithTheEventBefore() {
    Pauses pauses =
        new Pauses(
            List.of(event(100, 110), event(400, 410)),
            List.of(
                call(90, 99, "read"),
                call(95, 115, "stat"),
                call(130, 150, "rename"),
                call(200, 300, "fsync")),
            List.of(call(140, 144, "CPU 0")));
    assertEquals(
        List.of(
            "     20.00 ms at other times, rename, 20 ms after an event;"
                + " the machine stood still for 4.00 ms",
            "      9.00 ms at other times, read, before the first event;"
                + " the machine stood still for 0.00 ms"),
        pauses.apart().stream().map(Object::toString).toList());
  }

  @Test
  void sharesAreOfAllEvents() {
    assertEquals(21, PAUSES.millis(0.5));
    assertEquals(50, PAUSES.millis(0.99));
    assertEquals(50, PAUSES.millis(1));
    assertEquals(1, PAUSES.between(0, 1));
    assertEquals(2, PAUSES.between(20, 50));
    assertEquals(0, new Pauses(List.of(), List.of(), List.of()).millis(0.5));
  }

  @Test
  void limitsThatAreExceededAreViolations() {
    assertEquals(List.of(), new PauseLimits(21, 50).violations(PAUSES));
    assertEquals(1, new PauseLimits(20, 50).violations(PAUSES).size());
    assertEquals(2, new PauseLimits(20, 49).violations(PAUSES).size());
  }

  @Test
  void aResultSaysWhatIsWrong() {
    TortureResult good =
        new TortureResult(
            PAUSES, Latencies.histogram(), List.of("open: ECANCELED"), List.of("note"), List.of());
    assertTrue(good.passed());
    assertTrue(good.toString().contains("pauses up to     50 ms          1"), good::toString);
    assertTrue(good.toString().contains("50.00 ms daemon, rename"), good::toString);
    assertTrue(good.toString().contains("1 calls ended with ECANCELED"), good::toString);
    TortureResult bad =
        new TortureResult(
            PAUSES, Latencies.histogram(), List.of(), List.of(), List.of("lost a file"));
    assertFalse(bad.passed());
    assertTrue(bad.toString().contains("VIOLATION lost a file"), bad::toString);
  }
}
