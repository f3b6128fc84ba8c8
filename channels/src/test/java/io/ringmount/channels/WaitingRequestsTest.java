package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A request waits until what it needs is there, and then is not forgotten. */
@Timeout(60)
class WaitingRequestsTest {
  private static final int ROUNDS = 50_000;
  private static final long PATIENCE_SECONDS = 20;

  private final WaitingRequests waiting = new WaitingRequests(4, 1);
  private final Session session = new Session(new FileSystem() {}, MountOptions.of("test"), 4);
  private SlotRegion region;
  private Slot slot;
  private Slot other;

  @BeforeEach
  void addOneMemory() throws Exception {
    region = new SlotRegion(3, 8192);
    Slot[] slots = region.take(2, 0);
    slot = slots[0];
    other = slots[1];
    waiting.add(new Detached(null, session, region.take(1, 0)[0]));
  }

  @AfterEach
  void close() throws Exception {
    session.close();
    region.close();
  }

  @Test
  void whoFindsNoMemoryWaitsForTheNext() {
    Detached memory = waiting.detach(slot);
    assertNotNull(memory);
    assertEquals(1, waiting.running());
    assertTrue(waiting.isEmpty());
    assertNull(waiting.detach(other));
    assertFalse(waiting.isEmpty());
    assertFalse(waiting.hasRunnable());
    assertNull(waiting.pollStalled());
    assertTrue(waiting.finished(memory), "somebody waits");
    waiting.ended();
    assertTrue(waiting.hasRunnable());
    assertSame(other, waiting.pollStalled());
    assertTrue(waiting.isEmpty());
    assertSame(memory, waiting.detach(other));
    assertFalse(waiting.finished(memory), "nobody waits");
    waiting.ended();
    assertEquals(0, waiting.running());
  }

  @Test
  void whoStandsInLineIsResumed() {
    waiting.enter();
    assertFalse(waiting.isEmpty());
    assertFalse(waiting.hasRunnable());
    assertTrue(waiting.resume(slot));
    assertTrue(waiting.hasRunnable());
    assertSame(slot, waiting.pollResumed());
    assertNull(waiting.pollResumed());
    assertTrue(waiting.isEmpty());
  }

  @Test
  void onlyWhoWasInterruptedIsTakenOut() {
    waiting.detach(slot);
    waiting.detach(slot);
    waiting.detach(other);
    other.interrupted(other.unique());
    List<Slot> removed = new ArrayList<>();
    waiting.removeInterrupted(removed::add);
    assertEquals(List.of(other), removed);
    assertFalse(waiting.isEmpty());
  }

  @Test
  void nothingStaysBehindAtTheEnd() {
    waiting.detach(slot);
    waiting.detach(slot);
    waiting.end();
    assertFalse(waiting.resume(other));
    List<Slot> removed = new ArrayList<>();
    waiting.removeAll(removed::add);
    assertEquals(List.of(slot, other), removed);
  }

  @Test
  void memoryThatComesJustAsTheThreadGoesToSleepIsSeen() throws Exception {
    AtomicReference<Detached> used = new AtomicReference<>();
    Semaphore woken = new Semaphore(0);
    Callable<Void> channel =
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            Detached memory = waiting.detach(slot);
            while (memory == null) {
              while (!waiting.hasRunnable()) {
                assertTrue(woken.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS), "forgotten");
              }
              memory = waiting.detach(waiting.pollStalled());
            }
            used.set(memory);
          }
          return null;
        };
    Callable<Void> worker =
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            Detached memory;
            do {
              Thread.onSpinWait();
              memory = used.getAndSet(null);
            } while (memory == null);
            for (int spin = i * 37 % 100; spin > 0; spin--) {
              Thread.onSpinWait();
            }
            if (waiting.finished(memory)) {
              woken.release();
            }
            waiting.ended();
          }
          return null;
        };
    Together.run(List.of(channel, worker));
    assertTrue(waiting.isEmpty());
    assertEquals(0, waiting.running());
  }
}
