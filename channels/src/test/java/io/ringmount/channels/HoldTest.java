package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A channel is held while there is no room, and whoever makes room wakes it. */
@Timeout(60)
class HoldTest {
  private static final int ROUNDS = 50_000;
  private static final long PATIENCE_SECONDS = 20;

  private final Budget shared = new Budget(1);
  private final Admission admission = new Admission(4, shared);

  @Test
  void roomThatWasMadeForOneKindIsSeenThoughTheOtherHasNone() {
    Budget four = new Budget(4);
    Admission both = new Admission(8, four);
    for (int i = 0; i < 3; i++) {
      assertTrue(both.take(true));
    }
    assertTrue(both.take(false));
    assertFalse(both.holdOrTake(false));
    both.give(false);
    assertTrue(both.endHold());
    assertFalse(both.holdOrTake(true));
    assertTrue(both.isHeld(true));
    assertFalse(both.isHeld(false), "the thread would sleep beside a request that may run");
    assertTrue(both.holdOrTake(false));
  }

  @Test
  void whoIsRefusedIsHeldUntilRoomIsMade() {
    assertTrue(admission.holdOrTake(false));
    assertFalse(admission.isHeld());
    assertFalse(admission.endHold());
    assertFalse(admission.holdOrTake(false));
    assertTrue(admission.isHeld());
    admission.give(false);
    assertTrue(admission.endHold());
    assertFalse(admission.endHold());
    assertTrue(admission.holdOrTake(false));
  }

  @Test
  void whoTriesAgainIsNotHeld() {
    admission.takeBeyond(false);
    assertFalse(admission.holdOrTake(false));
    admission.tryAgain();
    assertFalse(admission.isHeld());
    assertFalse(admission.endHold());
  }

  @Test
  void aBulkRequestThatTheMountRefusesTakesNoneOfTheChannelsRoom() {
    admission.takeBeyond(false);
    for (int i = 0; i < 10; i++) {
      assertFalse(admission.take(true));
    }
    admission.give(false);
    assertTrue(admission.take(true));
  }

  @Test
  void roomMadeJustAsTheChannelIsHeldIsSeen() throws Exception {
    AtomicInteger admitted = new AtomicInteger();
    Semaphore woken = new Semaphore(0);
    Callable<Void> channel =
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            while (!admission.holdOrTake(false)) {
              assertTrue(woken.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS), "forgotten");
            }
            admitted.setRelease(i + 1);
          }
          return null;
        };
    Callable<Void> replier =
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            while (admitted.getAcquire() <= i) {
              Thread.onSpinWait();
            }
            for (int spin = i * 37 % 100; spin > 0; spin--) {
              Thread.onSpinWait();
            }
            admission.give(false);
            if (admission.endHold()) {
              woken.release();
            }
          }
          return null;
        };
    Together.run(List.of(channel, replier));
    assertFalse(admission.isHeld());
  }
}
