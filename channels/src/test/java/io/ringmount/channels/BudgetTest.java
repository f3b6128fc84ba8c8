package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A budget admits what it says, whoever takes and gives back. */
@Timeout(60)
class BudgetTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 2", "4, 3", "8, 6", "1024, 768"})
  void bulkRequestsGetThreeQuarters(int limit, int bulk) {
    Budget budget = new Budget(limit);
    for (int i = 0; i < bulk; i++) {
      assertTrue(budget.take(true));
    }
    assertFalse(budget.take(true));
    for (int i = bulk; i < limit; i++) {
      assertTrue(budget.take(false));
    }
    assertFalse(budget.take(false));
    assertEquals(limit, budget.taken());
  }

  @Test
  void aRefusedBulkRequestTakesNothing() {
    Budget budget = new Budget(4);
    for (int i = 0; i < 4; i++) {
      assertTrue(budget.take(false));
    }
    for (int i = 0; i < 10; i++) {
      assertFalse(budget.take(true));
    }
    for (int i = 0; i < 4; i++) {
      budget.give(false);
    }
    assertEquals(0, budget.taken());
    for (int i = 0; i < 3; i++) {
      assertTrue(budget.take(true));
    }
  }

  @Test
  void whatIsGivenBackCanBeTakenAgain() {
    Budget budget = new Budget(2);
    for (int i = 0; i < 1_000; i++) {
      assertTrue(budget.take(i % 2 == 0));
      assertTrue(budget.take(false));
      assertFalse(budget.take(false));
      budget.give(i % 2 == 0);
      budget.give(false);
    }
    assertEquals(0, budget.taken());
  }

  @Test
  void whatIsTakenBeyondTheLimitKeepsOthersOutUntilItIsGivenBack() {
    Budget budget = new Budget(2);
    budget.takeBeyond(true);
    budget.takeBeyond(false);
    budget.takeBeyond(false);
    assertEquals(3, budget.taken());
    budget.give(false);
    assertFalse(budget.take(false));
    budget.give(false);
    assertFalse(budget.take(true));
    assertTrue(budget.take(false));
    budget.give(true);
    budget.give(false);
    assertEquals(0, budget.taken());
    assertTrue(budget.take(true));
  }

  @Test
  void manyThreadsNeverGetMoreThanThereIs() throws Exception {
    int limit = 5;
    Budget budget = new Budget(limit);
    AtomicInteger all = new AtomicInteger();
    AtomicInteger bulk = new AtomicInteger();
    List<Callable<Integer>> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(() -> hammer(budget, all, bulk));
    }
    int admitted = Together.run(threads).stream().mapToInt(Integer::intValue).sum();
    assertTrue(admitted > 0);
    assertEquals(0, budget.taken());
    for (int i = 0; i < 3; i++) {
      assertTrue(budget.take(true));
    }
    assertFalse(budget.take(true));
  }

  /** Holds up to three requests at a time; returns how many it got in all. */
  private static int hammer(Budget budget, AtomicInteger all, AtomicInteger bulk) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    List<Boolean> mine = new ArrayList<>();
    int admitted = 0;
    for (int i = 0; i < 100_000; i++) {
      boolean isBulk = random.nextBoolean();
      if (mine.size() < 3 && budget.take(isBulk)) {
        mine.add(isBulk);
        admitted++;
        assertTrue(all.incrementAndGet() <= 5);
        assertTrue(!isBulk || bulk.incrementAndGet() <= 3);
      } else if (!mine.isEmpty()) {
        boolean given = mine.removeLast();
        if (given) {
          bulk.decrementAndGet();
        }
        all.decrementAndGet();
        budget.give(given);
      }
    }
    for (boolean left : mine) {
      if (left) {
        bulk.decrementAndGet();
      }
      all.decrementAndGet();
      budget.give(left);
    }
    return admitted;
  }
}
