package io.ringmount.daemon.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Does what may never end, and goes on without it after a while. */
final class TimeLimit {
  private TimeLimit() {}

  /**
   * @param task runs in a thread of its own, which is left behind when the time is over
   * @throws TimeoutException when it has not ended by then
   * @throws ExecutionException with what it threw
   */
  static <T> T run(Duration limit, String name, Callable<T> task)
      throws TimeoutException, ExecutionException, InterruptedException {
    FutureTask<T> future = new FutureTask<>(task);
    Thread.ofPlatform().daemon().name(name).start(future);
    try {
      return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (CancellationException impossible) {
      throw new AssertionError("nobody cancels", impossible);
    }
  }
}
