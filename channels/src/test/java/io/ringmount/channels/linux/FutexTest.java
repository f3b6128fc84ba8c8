package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FutexTest {
  private static final long HALF_OF_LONGEST = TimeUnit.MILLISECONDS.toNanos(10);

  private SharedMemory memory;
  private SharedMemory same;

  /** As two processes have it. */
  @BeforeEach
  void mapTwice() throws Exception {
    memory = SharedMemory.create("futex", SharedMemory.PAGE_SIZE);
    memory.map();
    same = SharedMemory.adopt((int) FileOps.dup(memory.fd()));
    same.map();
  }

  @AfterEach
  void close() throws Exception {
    same.close();
    memory.close();
  }

  @Test
  void nobodyWaitsForAWordThatHasChanged() {
    Memory.putIntRelease(memory.address(), 2);
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long before = System.nanoTime();
      Futex.await(same.address(), 1);
      fastest = Math.min(fastest, System.nanoTime() - before);
    }
    assertTrue(fastest < HALF_OF_LONGEST, "waited " + fastest);
  }

  @Test
  void noWaitLastsForever() {
    long before = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      Futex.await(memory.address(), 0);
    }
    assertTrue(System.nanoTime() - before > HALF_OF_LONGEST);
  }

  @Test
  void whoWaitsIsWokenFromElsewhereBeforeTheLongestWaitIsOver() throws Exception {
    Memory.putIntRelease(memory.address(), 1);
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) {
      CompletableFuture<Long> woken =
          CompletableFuture.supplyAsync(() -> {
            Futex.await(same.address(), 1);
            return System.nanoTime();
          });
      TimeUnit.MILLISECONDS.sleep(5);
      long before = System.nanoTime();
      Futex.wake(memory.address());
      fastest = Math.min(fastest, woken.join() - before);
    }
    assertTrue(fastest < HALF_OF_LONGEST, "woken after " + fastest);
  }
}
