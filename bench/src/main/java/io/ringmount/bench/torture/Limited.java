package io.ringmount.bench.torture;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs what may hang for ever; a thread that does is left to the end of the process. */
final class Limited {
  private Limited() {}

  /**
   * @throws IOException when {@code work} throws anything, or takes longer
   */
  static <T> T run(String what, long limitMillis, Callable<T> work)
      throws IOException, InterruptedException {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().name(what).start(task);
    try {
      return task.get(limitMillis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(what + " does not end within " + limitMillis + " ms");
    } catch (ExecutionException e) {
      throw new IOException(what + ": " + e.getCause(), e);
    }
  }
}
