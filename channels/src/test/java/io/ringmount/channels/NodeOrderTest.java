package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The lines of requests for one node each. */
class NodeOrderTest {
  private static final int GETATTR = 3;
  private static final int SLOTS = 24;

  /** Few, and many of them in the same part of the nodes. */
  private static final int NODES = 5;

  private static SlotRegion region;
  private static Slot[] slots;

  private final NodeOrder order = new NodeOrder();

  @BeforeAll
  @BeforeContainer
  static void map() throws Exception {
    region = new SlotRegion(SLOTS, 8192);
    slots = region.take(SLOTS, 0);
  }

  @AfterAll
  @AfterContainer
  static void unmap() throws Exception {
    region.close();
  }

  /** Puts a request for {@code node} into a slot; its number is that of the slot and 100. */
  private static Slot request(int slot, long node) {
    WireRequest.of(GETATTR, 16).unique(100 + slot).node(node).toRing(slots[slot]);
    slots[slot].receivedFromRing(null);
    return slots[slot];
  }

  @Test
  void requestsForANodeRunInTheOrderTheyCame() {
    assertTrue(order.enter(request(0, 7)));
    for (int i = 1; i < SLOTS; i++) {
      assertFalse(order.enter(request(i, 7)));
    }
    for (int i = 1; i < SLOTS; i++) {
      assertSame(slots[i], order.leave(slots[i - 1]));
    }
    assertNull(order.leave(slots[SLOTS - 1]));
    assertTrue(order.enter(slots[3]));
  }

  @Test
  void nodesDoNotWaitForEachOther() {
    for (int i = 0; i < SLOTS; i++) {
      assertTrue(order.enter(request(i, 1000L * i)));
    }
    for (int i = 0; i < SLOTS; i++) {
      assertNull(order.leave(slots[i]));
    }
  }

  @Test
  void whoWaitsCanBeTakenOutAnywhereInTheLine() {
    for (int i = 0; i < 6; i++) {
      order.enter(request(i, 7));
    }
    assertTrue(order.remove(slots[1], 101), "the first that waits");
    assertTrue(order.remove(slots[3], 103), "one in the middle");
    assertTrue(order.remove(slots[5], 105), "the last");
    assertFalse(order.remove(slots[3], 103), "once only");
    assertFalse(order.enter(request(6, 7)));
    assertSame(slots[2], order.leave(slots[0]));
    assertSame(slots[4], order.leave(slots[2]));
    assertSame(slots[6], order.leave(slots[4]));
    assertNull(order.leave(slots[6]));
  }

  @Test
  void whatRunsOrIsAnotherRequestByNowIsNotTakenOut() {
    order.enter(request(0, 7));
    order.enter(request(1, 7));
    assertFalse(order.remove(slots[0], 100));
    assertFalse(order.remove(slots[1], 100));
    assertFalse(order.remove(request(2, 7), 102));
    assertSame(slots[1], order.leave(slots[0]));
    assertFalse(order.remove(slots[1], 101));
  }

  @Test
  void whatNeverEnteredOrWasTakenOutLeavesWithoutAnEffect() {
    order.enter(request(0, 7));
    order.enter(request(1, 7));
    order.enter(request(2, 7));
    assertNull(order.leave(request(3, 7)));
    assertNull(order.leave(request(4, 8)));
    assertTrue(order.remove(slots[1], 101));
    assertNull(order.leave(slots[1]));
    assertSame(slots[2], order.leave(slots[0]));
  }

  /** What one slot does next: 0 to 1 come or leave, 2 is taken out if it waits. */
  private record Step(int slot, int node, boolean remove) {
    static Step of(int number) {
      return new Step(number % SLOTS, number / SLOTS % NODES, number / SLOTS / NODES == 0);
    }
  }

  @Property
  void linesBehaveAsQueues(
      @ForAll @Size(max = 200) List<@IntRange(max = 3 * SLOTS * NODES - 1) Integer> numbers) {
    NodeOrder lines = new NodeOrder();
    Map<Integer, Deque<Slot>> model = new HashMap<>();
    Map<Slot, Integer> present = new HashMap<>();
    for (int number : numbers) {
      Step step = Step.of(number);
      Slot slot = slots[step.slot];
      Integer node = present.get(slot);
      if (node == null) {
        request(step.slot, step.node);
        Deque<Slot> line = model.computeIfAbsent(step.node, _ -> new ArrayDeque<>());
        line.add(slot);
        present.put(slot, step.node);
        assertEquals(line.size() == 1, lines.enter(slot));
        continue;
      }
      Deque<Slot> line = model.get(node);
      boolean runs = line.peek() == slot;
      if (runs) {
        assertFalse(lines.remove(slot, 100 + step.slot));
        line.remove();
        present.remove(slot);
        assertSame(line.peek(), lines.leave(slot));
      } else if (step.remove) {
        assertTrue(lines.remove(slot, 100 + step.slot));
        line.remove(slot);
        present.remove(slot);
      } else {
        assertNull(lines.leave(slot));
      }
    }
    for (Deque<Slot> line : model.values()) {
      while (!line.isEmpty()) {
        Slot first = line.remove();
        assertSame(line.peek(), lines.leave(first));
      }
    }
  }

  /** Each thread has slots of its own; whoever hands a slot out runs it. */
  @Test
  @Timeout(60)
  void underManyThreadsOneRequestOfANodeRunsAndNoneIsLost() throws Exception {
    int threads = 4;
    int rounds = 20_000;
    AtomicIntegerArray running = new AtomicIntegerArray(NODES);
    AtomicInteger ended = new AtomicInteger();
    List<ConcurrentLinkedQueue<Integer>> free = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      ConcurrentLinkedQueue<Integer> mine = new ConcurrentLinkedQueue<>();
      for (int slot = i; slot < SLOTS; slot += threads) {
        mine.add(slot);
      }
      free.add(mine);
    }
    List<Callable<Void>> tasks = new ArrayList<>();
    for (ConcurrentLinkedQueue<Integer> mine : free) {
      tasks.add(() -> {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < rounds; i++) {
          Integer number = mine.poll();
          while (number == null) {
            // Another thread has to run it first.
            Thread.onSpinWait();
            number = mine.poll();
          }
          Slot slot = request(number, random.nextInt(NODES));
          if (order.enter(slot)) {
            runLine(slot, running, ended, free);
          } else if (random.nextInt(4) == 0 && order.remove(slot, 100 + number)) {
            ended.incrementAndGet();
            mine.add(number);
          }
        }
        return null;
      });
    }
    Together.run(tasks);
    assertEquals(threads * rounds, ended.get());
  }

  private void runLine(
      Slot first,
      AtomicIntegerArray running,
      AtomicInteger ended,
      List<ConcurrentLinkedQueue<Integer>> free) {
    for (Slot slot = first; slot != null; ) {
      int node = (int) slot.request().node();
      int number = (int) slot.unique() - 100;
      assertEquals(1, running.incrementAndGet(node));
      Thread.onSpinWait();
      assertEquals(0, running.decrementAndGet(node));
      slot = order.leave(slot);
      ended.incrementAndGet();
      free.get(number % free.size()).add(number);
    }
  }
}
