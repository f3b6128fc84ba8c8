package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Scheduling;
import io.ringmount.channels.linux.ThreadPolicy;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that may wait: no more than allowed, and bulk data last. */
@Timeout(60)
class WorkerPoolTest {
  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void bulkComesAfterAllOthersAndEachInItsOrder() {
    List<String> done = new CopyOnWriteArrayList<>();
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(6);
    try (WorkerPool pool = new WorkerPool(1)) {
      pool.execute(false, () -> await(busy));
      for (int i = 0; i < 3; i++) {
        String number = Integer.toString(i);
        for (boolean bulk : new boolean[] {true, false}) {
          pool.execute(
              bulk,
              () -> {
                done.add((bulk ? "bulk " : "small ") + number);
                end.countDown();
              });
        }
      }
      busy.countDown();
      await(end);
    }
    assertEquals(List.of("small 0", "small 1", "small 2", "bulk 0", "bulk 1", "bulk 2"), done);
  }

  @Test
  void asManyRunAtOnceAsAllowedAndNoMore() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch three = new CountDownLatch(3);
    CountDownLatch four = new CountDownLatch(4);
    try (WorkerPool pool = new WorkerPool(3)) {
      for (int i = 0; i < 4; i++) {
        pool.execute(
            false,
            () -> {
              three.countDown();
              four.countDown();
              await(release);
            });
      }
      await(three);
      assertFalse(four.await(50, TimeUnit.MILLISECONDS));
      release.countDown();
      await(four);
    } finally {
      release.countDown();
    }
  }

  @Test
  void aWorkerIsAsImportantAsOthersWhoeverNeedsIt() throws Exception {
    CompletableFuture<Integer> policy = new CompletableFuture<>();
    try (WorkerPool pool = new WorkerPool(1)) {
      Thread lent =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  Scheduling.makeIdle(Scheduling.currentThread());
                } catch (LinuxException e) {
                  policy.completeExceptionally(e);
                }
                pool.execute(
                    false,
                    () -> {
                      try {
                        policy.complete(ThreadPolicy.ofCurrentThread());
                      } catch (IOException e) {
                        policy.completeExceptionally(e);
                      }
                    });
              });
      assertEquals(ThreadPolicy.NORMAL, policy.get(20, TimeUnit.SECONDS));
      lent.join();
    }
  }

  @Test
  void whatThrowsEndsNothingButItself() {
    CountDownLatch end = new CountDownLatch(1);
    try (WorkerPool pool = new WorkerPool(1)) {
      pool.execute(
          false,
          () -> {
            Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {});
            throw new IllegalStateException("thrown by the test");
          });
      pool.execute(false, end::countDown);
      await(end);
    }
  }

  @Test
  void closingLetsWhatIsQueuedRun() {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(2);
    WorkerPool pool = new WorkerPool(1);
    pool.execute(
        false,
        () -> {
          await(release);
          end.countDown();
        });
    pool.execute(true, end::countDown);
    pool.close();
    release.countDown();
    await(end);
  }
}
