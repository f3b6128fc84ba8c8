package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Also covers {@link Poll}. */
@Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
class EventFdTest {
  @Test
  void signalsAddUpUntilDrained() throws LinuxException {
    try (EventFd event = EventFd.create()) {
      assertEquals(0, event.drain());
      event.signal();
      EventFd.signal(event.fd());
      assertEquals(2, event.drain());
      assertEquals(0, event.drain());
    }
  }

  @Test
  void signalWakesAWaiter() throws Exception {
    try (EventFd event = EventFd.create()) {
      CompletableFuture<Integer> woken =
          CompletableFuture.supplyAsync(() -> Poll.one(event.fd(), Poll.POLLIN, Poll.FOREVER));
      Thread.sleep(50);
      event.signal();
      assertEquals(Poll.POLLIN, woken.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void adoptedDescriptorIsTheSameCounter() throws LinuxException {
    try (EventFd event = EventFd.create();
        EventFd copy = EventFd.adopt((int) FileOps.dup(event.fd()))) {
      copy.signal();
      assertEquals(1, event.drain());
    }
  }

  @Test
  void timeoutIsZeroAfterAboutItsTime() throws LinuxException {
    try (EventFd event = EventFd.create()) {
      assertEquals(0, Poll.one(event.fd(), Poll.POLLIN, 0));
      long started = System.nanoTime();
      assertEquals(0, Poll.one(event.fd(), Poll.POLLIN, 30));
      assertTrue(System.nanoTime() - started >= TimeUnit.MILLISECONDS.toNanos(29));
    }
  }

  @Test
  void oneOfSeveralIsFound() throws LinuxException {
    try (EventFd first = EventFd.create();
        EventFd second = EventFd.create()) {
      Poll poll = new Poll(3);
      assertEquals(0, poll.add(first.fd(), Poll.POLLIN));
      assertEquals(1, poll.add(second.fd(), Poll.POLLIN));
      assertEquals(2, poll.add(-1, Poll.POLLIN));
      assertThrows(IllegalStateException.class, () -> poll.add(5, Poll.POLLIN));
      assertEquals(0, poll.await(0));
      second.signal();
      assertEquals(1, poll.await(Poll.FOREVER));
      assertEquals(0, poll.returned(0));
      assertEquals(Poll.POLLIN, poll.returned(1));
      second.drain();
      assertEquals(0, poll.await(0));
      assertThrows(IndexOutOfBoundsException.class, () -> poll.returned(3));
    }
  }

  @Test
  void closedDescriptorIsReported() {
    assertEquals(Poll.POLLNVAL, Poll.one(1_000_000, Poll.POLLIN, 0));
  }
}
