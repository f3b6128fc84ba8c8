package io.ringmount.channels;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs tasks at the same time, each on a thread of its own. */
final class Together {
  private static final long PATIENCE_SECONDS = 40;

  private Together() {}

  /** Returns the results when all are there; the first failure is thrown. */
  static <T> List<T> run(Collection<Callable<T>> tasks) throws Exception {
    List<T> results = new ArrayList<>();
    ExecutorService executor =
        Executors.newFixedThreadPool(tasks.size(), Thread.ofPlatform().daemon().factory());
    try {
      for (Future<T> each : tasks.stream().map(executor::submit).toList()) {
        results.add(each.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
      }
    } finally {
      executor.shutdownNow();
    }
    return results;
  }
}
