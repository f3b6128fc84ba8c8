package io.ringmount.bench;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One measurement: a workload's clients at work for a fixed time on one mount.
 *
 * @param operationsPerSecond of all clients together
 * @param latency of single operations, in nanoseconds
 * @param serverNanosPerOperation processor time that the serving process took, user and system
 */
record Burst(double operationsPerSecond, Histogram latency, double serverNanosPerOperation) {
  /** 60 s in nanoseconds: longer is recorded as that. */
  private static final long HIGHEST = TimeUnit.SECONDS.toNanos(60);

  private static final int PAGE = 4096;

  /** Runs {@code workload} on {@code subject} for {@code millis}. */
  static Burst measure(Subject subject, Workload workload, long millis) throws Exception {
    Path file = subject.file();
    CyclicBarrier start = new CyclicBarrier(workload.threads() + 1);
    try (ExecutorService executor = Executors.newFixedThreadPool(workload.threads())) {
      List<Future<Histogram>> clients = new ArrayList<>();
      for (int i = 0; i < workload.threads(); i++) {
        long seed = i + 1L;
        clients.add(executor.submit(client(file, workload.operation(), millis, seed, start)));
      }
      long cpuBefore = subject.cpuNanos();
      start.await(30, TimeUnit.SECONDS);
      long begin = System.nanoTime();
      Histogram all = new Histogram(HIGHEST, 3);
      try {
        for (Future<Histogram> client : clients) {
          all.add(client.get(millis + 60_000, TimeUnit.MILLISECONDS));
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException(subject.name() + ": " + e.getCause().getMessage(), e);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      double cpu = subject.cpuNanos() - cpuBefore;
      return new Burst(all.getTotalCount() / seconds, all, cpu / all.getTotalCount());
    }
  }

  private static Callable<Histogram> client(
      Path file, Workload.Operation operation, long millis, long seed, CyclicBarrier start) {
    return () -> {
      Histogram latency = new Histogram(HIGHEST, 3);
      int fd = FileOps.open(file, FileFlags.O_RDONLY);
      try (Arena arena = Arena.ofConfined()) {
        long buffer = arena.allocate(operation.bufferSize(), PAGE).address();
        start.await();
        repeat(fd, buffer, operation, millis, seed, latency, file);
      } finally {
        FileOps.close(fd);
      }
      return latency;
    };
  }

  private static void repeat(
      int fd,
      long buffer,
      Workload.Operation operation,
      long millis,
      long seed,
      Histogram latency,
      Path file)
      throws LinuxException {
    long now = System.nanoTime();
    long end = now + TimeUnit.MILLISECONDS.toNanos(millis);
    long random = seed * 0x9E3779B97F4A7C15L;
    for (long count = 0; now < end; count++) {
      // xorshift64: cheap, and the same sequence for every subject.
      random ^= random << 13;
      random ^= random >>> 7;
      random ^= random << 17;
      operation.run(fd, buffer, random, count, file);
      long then = System.nanoTime();
      latency.recordValue(Math.min(then - now, HIGHEST));
      now = then;
    }
  }
}
