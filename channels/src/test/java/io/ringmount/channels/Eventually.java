package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;

/** Waits for what other threads bring about, with a generous limit. */
final class Eventually {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

  private Eventually() {}

  static void equal(int expected, IntSupplier actual, Supplier<String> what)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    int last = actual.getAsInt();
    while (last != expected && System.nanoTime() - deadline < 0) {
      Thread.sleep(1);
      last = actual.getAsInt();
    }
    assertEquals(expected, last, what);
  }

  static void holds(Callable<Boolean> condition, Supplier<String> what) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.call()) {
      if (System.nanoTime() - deadline > 0) {
        Assertions.fail(what.get());
      }
      Thread.sleep(1);
    }
  }
}
