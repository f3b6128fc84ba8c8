package io.ringmount.channels.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SecondLookTest {
  private final SecondLook look = new SecondLook();

  /** Second looks in so many waits, each of which comes to the same. */
  private int looks(int waits, boolean more) {
    int looks = 0;
    for (int i = 0; i < waits; i++) {
      if (look.due()) {
        looks++;
        look.found(more);
      }
    }
    return looks;
  }

  @Test
  void oneCallerCostsAProbeNowAndThen() {
    assertEquals(10, looks(10 * SecondLook.PROBE, false));
  }

  @Test
  void whatPaysIsDoneEveryTime() {
    looks(SecondLook.PROBE, true);
    assertEquals(1_000, looks(1_000, true));
  }

  @Test
  void itEndsWhenItDoesNotPayAnyMore() {
    looks(SecondLook.PROBE, true);
    assertEquals(SecondLook.PATIENCE, looks(SecondLook.PATIENCE + SecondLook.PROBE - 1, false));
  }

  @Test
  void oneSuccessMakesUpForManyFailures() {
    looks(SecondLook.PROBE, true);
    for (int i = 0; i < 1_000; i++) {
      assertTrue(look.due(), "wait " + i);
      look.found(i % SecondLook.PATIENCE == 0);
    }
  }
}
