package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A mark is there until it is taken away, once. */
class InterruptMarkTest {
  @Test
  void isTakenAwayOnce() {
    InterruptMark mark = new InterruptMark();
    assertFalse(mark.take());
    mark.set();
    mark.set();
    assertTrue(mark.isSet());
    assertTrue(mark.take());
    assertFalse(mark.isSet());
    assertFalse(mark.take());
  }
}
