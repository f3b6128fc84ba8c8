package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.SharedMemory;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AgreementTest {
  @Test
  void aSuccessorFindsWhatWasAgreed() throws Exception {
    try (Agreement made = Agreement.create(TransportKind.DEVICE, 0x1234_5678_9abcL, 77);
        Agreement found = Agreement.inherit(made.fd())) {
      assertEquals(TransportKind.DEVICE, found.transport());
      assertEquals(0x1234_5678_9abcL, found.features());
      assertEquals(77, found.connection());
      assertEquals(0, found.pauseNanos());
    }
  }

  @Test
  void whatIsNoneIsRefused() throws Exception {
    try (SharedMemory other = SharedMemory.create("other", SharedMemory.PAGE_SIZE)) {
      assertThrows(IOException.class, () -> Agreement.inherit(other.fd()));
    }
  }

  @Test
  void aSuccessorLearnsWhenItsPredecessorHasLeft() throws Exception {
    try (Agreement leaver = Agreement.create(TransportKind.URING, 0, 1);
        Agreement successor = Agreement.inherit(leaver.fd())) {
      assertTrue(successor.awaitLeft());
      leaver.leaving(true);
      assertFalse(successor.awaitLeft());
      CompletableFuture<Void> waiting =
          CompletableFuture.runAsync(() -> {
            while (!successor.awaitLeft()) {
              Thread.onSpinWait();
            }
          });
      TimeUnit.MILLISECONDS.sleep(5);
      assertFalse(waiting.isDone());
      leaver.leaving(false);
      waiting.join();
    }
  }

  @Test
  void thePauseIsFromTheStopOfOneToTheBeginningOfTheNext() throws Exception {
    try (Agreement leaver = Agreement.create(TransportKind.URING, 0, 1);
        Agreement successor = Agreement.inherit(leaver.fd())) {
      leaver.stopped();
      long before = System.nanoTime();
      TimeUnit.MILLISECONDS.sleep(2);
      long least = System.nanoTime() - before;
      successor.began();
      assertTrue(successor.pauseNanos() >= least);
    }
  }
}
