package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A slot is answered by the outcome or by who gives the request up, never by both or by none. */
@Timeout(60)
class AwaitedTest {
  private static final int ROUNDS = 100_000;

  private final Awaited awaited = new Awaited();

  @Test
  void whoComesLateAnswersNothing() {
    assertFalse(awaited.abandon(7));
    awaited.begin(7);
    assertFalse(awaited.abandon(6));
    assertTrue(awaited.abandon(7));
    assertFalse(awaited.end(7));
    awaited.begin(8);
    assertFalse(awaited.end(7));
    assertTrue(awaited.end(8));
    assertFalse(awaited.abandon(8));
  }

  @Test
  void exactlyOneAnswers() throws Exception {
    Lockstep lockstep = new Lockstep();
    int[] answers = new int[2];
    Callable<Void> outcome =
        () -> {
          for (int i = 1; i <= ROUNDS; i++) {
            awaited.begin(i);
            lockstep.next(0);
            answers[0] += awaited.end(i) ? 1 : 0;
            lockstep.next(0);
          }
          return null;
        };
    Callable<Void> interrupt =
        () -> {
          for (int i = 1; i <= ROUNDS; i++) {
            lockstep.next(1);
            answers[1] += awaited.abandon(i) ? 1 : 0;
            lockstep.next(1);
          }
          return null;
        };
    Together.run(List.of(outcome, interrupt));
    assertEquals(ROUNDS, answers[0] + answers[1]);
  }
}
