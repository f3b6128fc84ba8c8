package io.ringmount.bench;

import java.util.ArrayList;
import java.util.List;
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
 * @param foreignLoad share of the machine that others took meanwhile, 0 to 1
 */
record Burst(
    double operationsPerSecond,
    Histogram latency,
    double serverNanosPerOperation,
    double foreignLoad) {

  /** Runs {@code workload} on {@code subject} for {@code millis}. */
  static Burst measure(Subject subject, Workload workload, SampleData data, long millis)
      throws Exception {
    data.prepare(workload.operation());
    CyclicBarrier start = new CyclicBarrier(workload.clients() + 1);
    long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
    try (Hogs hogs = new Hogs(workload.hogs());
        ExecutorService executor = Executors.newFixedThreadPool(workload.clients())) {
      List<Future<Client.Record>> clients = new ArrayList<>();
      for (int i = 0; i < workload.clients(); i++) {
        clients.add(executor.submit(new Client(subject, workload, i, nanos, start)));
      }
      ForeignLoad load = ForeignLoad.begin();
      long cpuBefore = subject.cpuNanos();
      start.await(30, TimeUnit.SECONDS);
      List<Client.Record> records = new ArrayList<>();
      try {
        for (Future<Client.Record> client : clients) {
          records.add(client.get(millis + 60_000, TimeUnit.MILLISECONDS));
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException(subject.name() + ": " + e.getCause().getMessage(), e);
      }
      return of(records, subject.cpuNanos() - cpuBefore, load.share());
    }
  }

  /**
   * What clients that worked together did, by their own clocks: a starter that shares their
   * processors may come late.
   */
  static Burst of(List<Client.Record> records, long serverNanos, double foreignLoad) {
    Histogram all = Client.latencies();
    records.forEach(each -> all.add(each.latencies()));
    long begin = records.stream().mapToLong(Client.Record::begin).min().orElseThrow();
    long end = records.stream().mapToLong(Client.Record::end).max().orElseThrow();
    long count = all.getTotalCount();
    return new Burst(count / ((end - begin) / 1e9), all, (double) serverNanos / count, foreignLoad);
  }

  double percentileMicros(double percentile) {
    return latency.getValueAtPercentile(percentile) / 1e3;
  }
}
