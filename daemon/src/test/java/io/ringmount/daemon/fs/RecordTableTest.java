package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.SharedMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecordTableTest {
  private static final int CAPACITY = 64;
  private static final RecordTable.Shape SHAPE = new RecordTable.Shape("tests", 0x7465, 3, 64);

  private static RecordTable adopt(RecordTable table) throws IOException {
    return RecordTable.adopt(SHAPE, (int) FileOps.dup(table.fd()));
  }

  private static long use(RecordTable table) {
    long record = table.take();
    assertNotEquals(0, record);
    long number = table.number(record);
    assertEquals(0, table.find(number), "found before it was published");
    table.publish(record);
    assertEquals(record, table.find(number));
    return number;
  }

  private static Set<Long> used(RecordTable table) {
    Set<Long> numbers = new HashSet<>();
    table.scan(numbers::add);
    return numbers;
  }

  @Test
  void numbersAreNeverGivenTwice() throws Exception {
    try (RecordTable table = RecordTable.create(SHAPE, CAPACITY)) {
      Set<Long> given = new HashSet<>();
      for (int i = 0; i < 10 * CAPACITY; i++) {
        long number = use(table);
        assertTrue(given.add(number));
        assertTrue(table.free(number));
        assertFalse(table.free(number));
        assertEquals(0, table.find(number));
      }
      for (long bad : new long[] {0, -1, 1, Long.MIN_VALUE, CAPACITY, CAPACITY + 1}) {
        assertEquals(0, table.find(bad));
      }
    }
  }

  @Test
  void fullTableGivesNothingUntilSomethingEnds() throws Exception {
    try (RecordTable table = RecordTable.create(SHAPE, CAPACITY)) {
      List<Long> numbers = new ArrayList<>();
      for (int i = 1; i < CAPACITY; i++) {
        numbers.add(use(table));
      }
      assertEquals(0, table.take());
      table.free(numbers.get(7));
      long record = table.take();
      assertNotEquals(0, record);
      table.giveBack(record);
      assertNotEquals(numbers.get(7), use(table));
      assertEquals(0, table.take());
    }
  }

  @Test
  void successorFindsWhatIsUsedAndFreesWhatWasOnlyTaken() throws Exception {
    try (RecordTable table = RecordTable.create(SHAPE, CAPACITY)) {
      Set<Long> numbers = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        numbers.add(use(table));
      }
      for (long number : List.copyOf(numbers)) {
        if (number % 3 == 0) {
          table.free(number);
          numbers.remove(number);
        }
      }
      table.take();
      table.take();
      try (RecordTable next = adopt(table)) {
        assertEquals(numbers, used(next));
        next.takeOver();
        long mine = next.take();
        next.freeAbandoned();
        next.publish(mine);
        numbers.add(next.number(mine));
        assertEquals(numbers, used(next));
        for (int i = numbers.size() + 1; i < CAPACITY; i++) {
          numbers.add(use(next));
        }
        assertEquals(CAPACITY - 1, numbers.size());
        assertEquals(0, next.take());
      }
    }
  }

  @Test
  void changesAreToldUntilTheyAreTooMany() throws Exception {
    try (RecordTable table = RecordTable.create(SHAPE, CAPACITY);
        RecordTable next = adopt(table)) {
      long number = use(table);
      table.free(number);
      List<Long> told = new ArrayList<>();
      assertTrue(next.changes(told::add));
      assertEquals(List.of(number, number), told);
      assertTrue(next.changes(told::add));
      assertEquals(2, told.size());
      for (int i = 0; i < TableLayout.RING_COUNT; i++) {
        table.free(use(table));
      }
      assertFalse(next.changes(told::add));
      assertTrue(next.changes(told::add));
      assertEquals(2, told.size());
    }
  }

  @Test
  void changesThatSomebodyIsInTheMiddleOfAreToldWhenTheyAreDone() throws Exception {
    try (RecordTable table = RecordTable.create(SHAPE, CAPACITY);
        RecordTable next = adopt(table)) {
      for (long lap = 0; lap < 3; lap++) {
        long first = use(table);
        // As if the writers had stopped right before the last thing they do.
        long unpublished = table.take();
        long number = table.number(unpublished);
        table.publish(unpublished);
        putState(unpublished, TableLayout.TAKEN);
        long count = Memory.getLong(table.header() + TableLayout.CHANGES);
        Memory.putLong(table.header() + TableLayout.CHANGES, count + 1);
        long last = use(table);
        List<Long> told = new ArrayList<>();
        assertTrue(next.changes(told::add));
        assertEquals(List.of(first, last), told);
        putState(unpublished, TableLayout.USED);
        told.clear();
        assertTrue(next.changes(told::add));
        assertEquals(List.of(number, last), told);
        Memory.putLong(place(table, count), TableLayout.change(first, count));
        told.clear();
        assertTrue(next.changes(told::add));
        assertEquals(List.of(first, last), told);
        told.clear();
        assertTrue(next.changes(told::add));
        assertEquals(List.of(), told);
        for (long each : List.of(first, number, last)) {
          table.free(each);
        }
        while (Memory.getLong(table.header() + TableLayout.CHANGES)
            < (lap + 1) * TableLayout.RING_COUNT) {
          table.free(use(table));
          next.changes(_ -> {});
        }
      }
    }
  }

  private static void putState(long record, int state) {
    long life = Memory.getLong(record);
    Memory.putLong(record, life & ~TableLayout.STATE_MASK | state);
  }

  private static long place(RecordTable table, long count) {
    return table.header() + TableLayout.RING + count % TableLayout.RING_COUNT * Long.BYTES;
  }

  @Test
  void whatWasUnderWayWhenATableWasAdoptedIsToldLater() throws Exception {
    try (RecordTable table = RecordTable.create(SHAPE, CAPACITY)) {
      use(table);
      long record = table.take();
      table.publish(record);
      putState(record, TableLayout.TAKEN);
      use(table);
      try (RecordTable next = adopt(table)) {
        assertEquals(2, used(next).size());
        putState(record, TableLayout.USED);
        List<Long> told = new ArrayList<>();
        assertTrue(next.changes(told::add));
        assertTrue(told.contains(table.number(record)), told::toString);
      }
    }
  }

  @Test
  void processesAndThreadsShareIt() throws Exception {
    try (RecordTable first = RecordTable.create(SHAPE, CAPACITY);
        RecordTable second = adopt(first);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      second.takeOver();
      Set<Long> taken = ConcurrentHashMap.newKeySet();
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        RecordTable table = i % 2 == 0 ? first : second;
        running.add(
            threads.submit(() -> {
              List<Long> mine = new ArrayList<>();
              ThreadLocalRandom random = ThreadLocalRandom.current();
              for (int j = 0; j < 100_000; j++) {
                long record = random.nextInt(3) > 0 ? table.take() : 0;
                if (record != 0) {
                  assertTrue(taken.add(record), "taken twice");
                  mine.add(table.number(record));
                  table.publish(record);
                } else if (!mine.isEmpty()) {
                  long number = mine.remove(random.nextInt(mine.size()));
                  assertTrue(taken.remove(table.find(number)));
                  assertTrue(table.free(number));
                }
              }
              for (long number : mine) {
                taken.remove(table.find(number));
                table.free(number);
              }
            }));
      }
      for (Future<?> each : running) {
        each.get();
      }
      try (RecordTable last = adopt(first)) {
        assertEquals(Set.of(), used(last));
        last.takeOver();
        for (int i = 1; i < CAPACITY; i++) {
          use(last);
        }
        assertEquals(0, last.take());
      }
    }
  }

  // ---- hostile ---------------------------------------------------------------------------------

  private static void refused(SharedMemory memory, String reason) {
    IOException refusal =
        assertThrows(
            IOException.class, () -> RecordTable.adopt(SHAPE, (int) FileOps.dup(memory.fd())));
    assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
  }

  @Test
  void otherMemoryIsRefusedWithAReason() throws Exception {
    try (RecordTable good = RecordTable.create(SHAPE, CAPACITY);
        SharedMemory bad = SharedMemory.adopt((int) FileOps.dup(good.fd()));
        SharedMemory open = SharedMemory.create("test", TableLayout.size(64, CAPACITY));
        SharedMemory small = SharedMemory.create("test", SharedMemory.PAGE_SIZE)) {
      bad.map();
      small.seal();
      refused(open, "not fixed");
      refused(small, "only 4096 bytes");
      long at = bad.address();
      Memory.putLong(at + TableLayout.NEXT, CAPACITY + 1);
      refused(bad, "65 of 64 records");
      Memory.putLong(at + TableLayout.CAPACITY, 1L << 40);
      refused(bad, "room for");
      Memory.putLong(at + TableLayout.CAPACITY, -1);
      refused(bad, "room for -1");
      Memory.putInt(at + TableLayout.RECORD_SIZE, 65);
      refused(bad, "records of 65 bytes, not 64");
      Memory.putInt(at + TableLayout.VERSION, 4);
      refused(bad, "version 4, this program knows 3");
      Memory.putLong(at, 1);
      refused(bad, "the table of tests cannot be used: it is something else");
    }
  }
}
