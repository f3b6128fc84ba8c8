package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class IoUringTest {
  private static final int FLAGS = IoUring.SINGLE_ISSUER | IoUring.DEFER_TASKRUN;
  private static final int ENTRIES = 4;

  private IoUring ring;
  private EventFd event;

  @BeforeEach
  void open() throws LinuxException {
    ring = IoUring.create(ENTRIES, 2 * ENTRIES, FLAGS);
    event = EventFd.create();
  }

  @AfterEach
  void close() {
    ring.close();
    event.close();
  }

  private void poll(int fd, int flags, long userData) {
    long sqe = ring.nextSqe();
    assertNotEquals(0, sqe);
    Memory.putByte(sqe + IoUring.SQE_OPCODE, (byte) IoUring.OP_POLL_ADD);
    Memory.putByte(sqe + IoUring.SQE_FLAGS, (byte) flags);
    Memory.putInt(sqe + IoUring.SQE_FD, fd);
    Memory.putInt(sqe + IoUring.SQE_POLL_EVENTS, Poll.POLLIN);
    Memory.putLong(sqe + IoUring.SQE_USER_DATA, userData);
  }

  @Test
  void completesWhatIsSubmittedInAnyNumberOfTurns() {
    for (long turn = 1; turn <= 3 * ENTRIES; turn++) {
      poll(event.fd(), 0, turn);
      assertEquals(1, ring.pending());
      assertEquals(1, ring.enter(0));
      assertEquals(0, ring.pending());
      assertEquals(0, ring.ready());
      event.signal();
      assertEquals(0, ring.enter(1));
      assertEquals(1, ring.ready());
      assertEquals(turn, ring.userData());
      assertEquals(Poll.POLLIN, ring.result());
      ring.advance();
      assertEquals(0, ring.ready());
      event.drain();
    }
  }

  @Test
  void hasNoEntryLeftWhenTheQueueIsFull() {
    for (int i = 0; i < ENTRIES; i++) {
      poll(event.fd(), 0, i);
    }
    assertEquals(0, ring.nextSqe());
    assertEquals(ENTRIES, ring.enter(0));
    assertNotEquals(0, ring.nextSqe());
  }

  @Test
  void reachesRegisteredFilesByIndex() throws LinuxException {
    ring.registerFiles(event.fd());
    event.signal();
    poll(0, IoUring.SQE_FIXED_FILE, 7);
    ring.enter(1);
    assertEquals(7, ring.userData());
    assertEquals(Poll.POLLIN, ring.result());
  }

  @Test
  void reportsWhatTheKernelRefuses() {
    poll(-1, 0, 9);
    ring.enter(1);
    assertEquals(9, ring.userData());
    assertEquals(-Errno.EBADF, ring.result());
    LinuxException e = assertThrows(LinuxException.class, () -> IoUring.create(ENTRIES, 1, FLAGS));
    assertEquals(Errno.EINVAL, e.errno());
    assertEquals("io_uring_setup", e.call());
  }

  @Test
  void refusesAnyOtherThread() throws InterruptedException {
    int[] result = new int[1];
    Thread other = new Thread(() -> result[0] = ring.enter(0));
    other.start();
    other.join();
    // The registered ring descriptor belongs to the thread that made the ring.
    assertEquals(-Errno.EINVAL, result[0]);
  }

  /** At first the kernel names the thread that made the ring, here on the same processor. */
  @Test
  void aPolledRingsThreadIsNotTheCaller() throws Exception {
    for (int turn = 0; turn < 20; turn++) {
      // A thread of its own: one can have 16 rings in its life.
      FutureTask<Void> making = new FutureTask<>(IoUringTest::makePolled);
      Thread.ofPlatform().start(making);
      making.get();
    }
  }

  private static Void makePolled() throws IOException {
    int cpu = Cpu.usable()[0];
    Cpu.pinCurrentThread(cpu);
    int caller = Scheduling.currentThread();
    try (IoUring polled = IoUring.createPolled(ENTRIES, 2 * ENTRIES, cpu)) {
      Path thread = Path.of("/proc/self/task/" + polled.pollingThread());
      assertEquals("iou-sqp-" + caller, KernelFile.read(thread.resolve("comm")).strip());
    }
    return null;
  }
}
