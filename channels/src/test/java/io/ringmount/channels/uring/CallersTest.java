package io.ringmount.channels.uring;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CallersTest {
  private final Callers callers = new Callers();

  @Test
  void aMoveIsARequestOnAnotherProcessorThanTheLast() {
    assertFalse(callers.moved(100, 0), "the first");
    assertFalse(callers.moved(100, 0));
    assertTrue(callers.moved(100, 1));
    assertFalse(callers.moved(100, 1));
    assertTrue(callers.moved(100, 0));
  }

  @Test
  void callersAreToldApart() {
    callers.moved(100, 0);
    assertFalse(callers.moved(101, 1));
    assertFalse(callers.moved(100, 0));
    assertFalse(callers.moved(101, 1));
  }

  @Test
  void callersThatShareAPlaceOnlyHideMoves() {
    int other = 100 + (1 << 20);
    callers.moved(100, 0);
    assertFalse(callers.moved(other, 1));
    assertFalse(callers.moved(100, 1), "hidden");
    assertTrue(callers.moved(100, 0));
  }

  @Test
  void theKernelItselfDoesNotMove() {
    assertFalse(callers.moved(0, 0));
    assertFalse(callers.moved(0, 1));
  }

  @Test
  void largeNumbersAreNotMixedUp() {
    assertFalse(callers.moved(Integer.MAX_VALUE, 8191));
    assertFalse(callers.moved(Integer.MAX_VALUE, 8191));
    assertTrue(callers.moved(Integer.MAX_VALUE, 0));
  }
}
