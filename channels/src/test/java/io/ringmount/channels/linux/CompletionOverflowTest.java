package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** More completions at once than a ring has room for: the kernel keeps the rest. */
@Timeout(40)
class CompletionOverflowTest {
  private static final int ENTRIES = 4;
  private static final int POLLS = 16 * ENTRIES;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

  /** The rings that channels have, and the one that the kernel gives whoever wants nothing else. */
  enum Kind {
    PLAIN,
    DEFERRED,
    POLLED;

    IoUring make() throws LinuxException {
      return switch (this) {
        case PLAIN -> IoUring.create(ENTRIES, ENTRIES, IoUring.SINGLE_ISSUER);
        case DEFERRED ->
            IoUring.create(
                ENTRIES,
                ENTRIES,
                IoUring.SINGLE_ISSUER | IoUring.DEFER_TASKRUN | IoUring.TASKRUN_FLAG);
        case POLLED -> IoUring.createPolled(ENTRIES, ENTRIES, -1);
      };
    }
  }

  private IoUring ring;
  private EventFd event;
  private final BitSet completed = new BitSet();

  private void open(Kind kind) throws LinuxException {
    event = EventFd.create();
    ring = kind.make();
  }

  @AfterEach
  void close() {
    ring.close();
    event.close();
  }

  /** Hands polls of the event to the kernel, more of them than the ring has entries. */
  private void poll(int from, int count) {
    for (int i = from; i < from + count; i++) {
      while (ring.room() == 0) {
        assertTrue(ring.awaitRoom() >= 0);
      }
      long sqe = ring.nextSqe();
      assertNotEquals(0, sqe);
      Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) IoUring.OP_POLL_ADD);
      Memory.putInt(sqe + IoUring.SQE_FD, event.fd());
      Memory.putInt(sqe + IoUring.SQE_POLL_EVENTS, Poll.POLLIN);
      Memory.putLong(sqe + IoUring.SQE_USER_DATA, i);
    }
    while (ring.pending() > 0) {
      assertTrue(ring.flush() >= 0);
    }
  }

  /** Takes what can be read; nothing may come twice. */
  private int drain() {
    int count = ring.ready();
    assertTrue(count <= ENTRIES);
    for (int i = 0; i < count; i++) {
      assertEquals(Poll.POLLIN, ring.result());
      int which = (int) ring.userData();
      assertFalse(completed.get(which), "poll " + which + " completed twice");
      completed.set(which);
      ring.advance();
    }
    return count;
  }

  /** Goes by what the ring says to have, as channels do that look and do not wait. */
  private void drainByLooking(int expected) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (completed.cardinality() < expected) {
      assertTrue(System.nanoTime() - deadline < 0, () -> completed.cardinality() + " came");
      if (ring.hasWork()) {
        assertTrue(ring.enter(0) >= 0);
        drain();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  /** Waits until the queue is full, and what is beyond it with the kernel. */
  private void awaitOverflow() {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (ring.ready() < ENTRIES) {
      assertTrue(System.nanoTime() - deadline < 0, () -> ring.ready() + " came");
      assertTrue(ring.enter(0) >= 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyCompletionComesOnceToWhoLooks(Kind kind) throws Exception {
    open(kind);
    for (int turn = 0; turn < 3; turn++) {
      completed.clear();
      poll(0, POLLS);
      assertEquals(0, ring.ready());
      event.signal();
      drainByLooking(POLLS);
      event.drain();
      assertEquals(0, ring.enter(0));
      assertEquals(0, ring.ready());
      assertFalse(ring.hasWork());
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyCompletionComesOnceToWhoWaits(Kind kind) throws Exception {
    open(kind);
    poll(0, POLLS);
    event.signal();
    while (completed.cardinality() < POLLS) {
      // Would never return if it did not see what the kernel keeps.
      assertTrue(ring.enter(1) >= 0);
      assertTrue(drain() > 0);
    }
    event.drain();
    assertFalse(ring.hasWork());
  }

  @ParameterizedTest
  @EnumSource
  void entriesAreTakenWhileCompletionsAreKept(Kind kind) throws Exception {
    open(kind);
    poll(0, POLLS);
    event.signal();
    awaitOverflow();
    // They complete at once, behind all the others.
    poll(POLLS, POLLS);
    assertEquals(ENTRIES, ring.ready());
    drainByLooking(2 * POLLS);
    assertFalse(ring.hasWork());
  }
}
