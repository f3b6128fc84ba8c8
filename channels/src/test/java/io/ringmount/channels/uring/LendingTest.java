package io.ringmount.channels.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LendingTest {
  private static final long TICK = Lending.TICK_NANOS;

  /** 50 times the price: a move in 25 requests is worth it. */
  private static final long MOVE_NANOS = 50 * Lending.PRICE_NANOS;

  private long now = 1_000_000_000;
  private long requests;
  private long moves;
  private boolean contended;
  private int asked;
  private final Lending lending = new Lending(MOVE_NANOS, this::contended, now);

  private boolean contended() {
    asked++;
    return contended;
  }

  /** A tick in which so many requests came, and callers moved so often. */
  private boolean tick(int came, int moved) {
    now += TICK;
    requests += came;
    moves += moved;
    return lending.tick(now, requests, moves);
  }

  /** Callers move unless the processor is lent; how many of so many ticks begin with a loan. */
  private int lentOf(int ticks) {
    int lent = 0;
    boolean present = tick(100, 50);
    for (int i = 0; i < ticks; i++) {
      lent += present ? 1 : 0;
      present = tick(100, present ? 0 : 50);
    }
    return lent;
  }

  @Test
  void isLentWhenMovesCostMoreThanLending() {
    assertFalse(tick(100, 3));
    assertTrue(tick(100, 4));
    assertTrue(tick(100, 0));
  }

  @Test
  void aFewRequestsTellNothing() {
    int few = Lending.ENOUGH - 1;
    for (int i = 0; i < 10; i++) {
      assertFalse(tick(few, few));
    }
    assertTrue(tick(few + 1, few + 1));
  }

  @Test
  void whatCameLongAgoTellsNothing() {
    now += 10 * TICK;
    assertFalse(tick(10_000, 10_000), "nobody looked for a while");
    assertTrue(tick(100, 100));
  }

  @Test
  void isTakenBackWhenATickPassesWithoutARequest() {
    tick(100, 100);
    assertFalse(tick(0, 0));
  }

  @Test
  void isTakenBackAndKeptWhenOthersCompete() {
    assertTrue(tick(100, 100));
    contended = true;
    assertFalse(tick(100, 0));
    contended = false;
    long until = now + Lending.FIRST_SUSPENSION_NANOS;
    while (now + TICK < until) {
      assertFalse(tick(100, 100));
    }
    assertTrue(tick(100, 100));
  }

  /** Otherwise the time before would count. */
  @Test
  void contentionIsLookedAtFromTheBeginningOfALoan() {
    tick(100, 0);
    assertEquals(0, asked);
    tick(100, 100);
    assertEquals(1, asked);
    tick(100, 0);
    assertEquals(2, asked);
  }

  /** Ticks, with callers that move, until a loan begins; others compete for it at once. */
  private int ticksToAFailure() {
    int ticks = 1;
    while (!tick(100, 100)) {
      ticks++;
    }
    contended = true;
    tick(100, 0);
    contended = false;
    return ticks;
  }

  @Test
  void suspensionsGrowUntilItGoesWell() {
    ticksToAFailure();
    int last = ticksToAFailure();
    assertEquals(Lending.FIRST_SUSPENSION_NANOS, last * TICK, TICK);
    for (int i = 0; i < 7; i++) {
      int next = ticksToAFailure();
      assertEquals(2 * last, next, 2);
      last = next;
    }
    assertEquals(Lending.LONGEST_SUSPENSION_NANOS, ticksToAFailure() * TICK, TICK);
    for (long i = 0; i < 5 * Lending.LONGEST_SUSPENSION_NANOS / TICK; i++) {
      tick(100, 100);
    }
    ticksToAFailure();
    assertEquals(Lending.FIRST_SUSPENSION_NANOS, ticksToAFailure() * TICK, TICK);
  }

  @Test
  void looksNowAndThenWhetherCallersWouldStay() {
    assertTrue(tick(100, 100));
    int ticks = 0;
    while (tick(100, 0)) {
      ticks++;
    }
    assertEquals(Lending.FIRST_TERM_NANOS, (ticks + 1) * TICK, TICK);
    assertFalse(tick(100, 0), "they do");
    assertFalse(tick(100, 0));
  }

  @Test
  void whileCallersWouldMoveLookingCostsHardlyAnything() {
    lentOf(4_000);
    int ticks = 10_000;
    assertTrue(lentOf(ticks) > 0.99 * ticks);
  }

  @Test
  void suspendedFromOutsideItIsTakenBackAtOnce() {
    assertTrue(tick(100, 100));
    lending.suspend(now);
    assertFalse(tick(100, 100));
  }
}
