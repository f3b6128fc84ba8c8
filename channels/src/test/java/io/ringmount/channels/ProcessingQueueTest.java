package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests leave in the order in which they came, and those that were interrupted at once. */
class ProcessingQueueTest {
  private final ProcessingQueue queue = new ProcessingQueue(4);
  private final List<Slot> slots = List.of(slot(0), slot(1), slot(2));

  /** Its memory is not touched. */
  private static Slot slot(int index) {
    return new Slot(index, 0, 4096);
  }

  @Test
  void theInterruptedAreTakenOutAndTheOthersStayInOrder() {
    slots.forEach(queue::offer);
    slots.get(1).interrupted(slots.get(1).unique());
    List<Slot> removed = new ArrayList<>();
    queue.removeInterrupted(removed::add);
    assertEquals(List.of(slots.get(1)), removed);
    assertEquals(2, queue.depth());
    assertSame(slots.get(0), queue.poll(false));
    assertSame(slots.get(2), queue.poll(false));
    assertNull(queue.poll(false));
    assertTrue(queue.isEmpty());
  }

  @Test
  void onlyBulkRequestsAreWithTheBulk() {
    queue.offer(slots.get(0));
    assertTrue(queue.isEmpty(true));
    assertFalse(queue.isEmpty(false));
    assertNull(queue.poll(true));
    List<Slot> removed = new ArrayList<>();
    queue.removeAll(removed::add);
    assertEquals(List.of(slots.get(0)), removed);
    assertTrue(queue.isEmpty(false));
  }
}
