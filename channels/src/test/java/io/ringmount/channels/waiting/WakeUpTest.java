package io.ringmount.channels.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.Lockstep;
import io.ringmount.channels.linux.Poll;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread that waits is woken by whoever brings something, once and without fail. */
@Timeout(60)
class WakeUpTest {
  private static final int ROUNDS = 100_000;

  @Test
  void oneOfThoseWhoBringSomethingWakes() {
    WakeUp wakeUp = new WakeUp();
    wakeUp.announce();
    assertTrue(wakeUp.isBlocked());
    assertTrue(wakeUp.claim());
    assertFalse(wakeUp.claim());
    assertFalse(wakeUp.isBlocked());
  }

  @Test
  void nobodyWakesAThreadThatDoesNotWait() {
    WakeUp wakeUp = new WakeUp();
    assertFalse(wakeUp.claim());
    wakeUp.announce();
    wakeUp.end();
    assertFalse(wakeUp.claim());
  }

  @Test
  void theDescriptorIsReadableUntilTheWakeUpIsTakenIn() throws Exception {
    try (WakeUp wakeUp = new WakeUp()) {
      wakeUp.signal();
      wakeUp.open();
      wakeUp.wake();
      assertEquals(0, Poll.one(wakeUp.fd(), Poll.POLLIN, 0));
      wakeUp.announce();
      wakeUp.wake();
      assertEquals(Poll.POLLIN, Poll.one(wakeUp.fd(), Poll.POLLIN, 0));
      wakeUp.drain();
      assertEquals(0, Poll.one(wakeUp.fd(), Poll.POLLIN, 0));
      wakeUp.signal();
      assertEquals(Poll.POLLIN, Poll.one(wakeUp.fd(), Poll.POLLIN, 0));
    }
  }

  @Test
  void eitherTheThreadSeesWhatIsBroughtOrItIsWoken() throws Exception {
    WakeUp wakeUp = new WakeUp();
    Lockstep lockstep = new Lockstep();
    AtomicInteger brought = new AtomicInteger();
    boolean[] claimed = new boolean[1];
    Callable<Void> bring =
        () -> {
          for (int i = 1; i <= ROUNDS; i++) {
            lockstep.next(0);
            // No stronger than a queue's: the fences are the protocol's own.
            brought.setRelease(i);
            claimed[0] = wakeUp.claim();
            lockstep.next(0);
          }
          return null;
        };
    Callable<Integer> sleep =
        () -> {
          int forgotten = 0;
          for (int i = 1; i <= ROUNDS; i++) {
            lockstep.next(1);
            wakeUp.announce();
            boolean seen = brought.getAcquire() == i;
            lockstep.next(1);
            if (!seen && !claimed[0]) {
              forgotten++;
            }
            wakeUp.end();
          }
          return forgotten;
        };
    FutureTask<Integer> sleeper = new FutureTask<>(sleep);
    FutureTask<Void> other = new FutureTask<>(bring);
    Thread.ofPlatform().daemon().start(sleeper);
    Thread.ofPlatform().daemon().start(other);
    assertEquals(0, sleeper.get());
    other.get();
  }
}
