package io.ringmount.bench;

import io.ringmount.channels.linux.Cpu;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Busy loops that take processor time from whoever wants it, until closed. */
final class Hogs implements AutoCloseable {
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final List<Future<?>> loops = new ArrayList<>();
  private volatile boolean ended;

  /** Starts a loop on each of {@code cpus} and returns when all run. */
  Hogs(List<Integer> cpus) throws InterruptedException {
    CountDownLatch running = new CountDownLatch(cpus.size());
    for (int cpu : cpus) {
      loops.add(executor.submit(() -> loop(cpu, running)));
    }
    running.await();
  }

  private void loop(int cpu, CountDownLatch running) {
    try {
      Cpu.pinCurrentThread(cpu);
    } finally {
      running.countDown();
    }
    while (!ended) {
      Thread.onSpinWait();
    }
  }

  /**
   * @throws ExecutionException when a loop did not run
   */
  @Override
  public void close() throws ExecutionException, InterruptedException {
    ended = true;
    executor.shutdown();
    for (Future<?> loop : loops) {
      loop.get();
    }
  }
}
