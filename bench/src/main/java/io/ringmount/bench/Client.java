package io.ringmount.bench;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.LinuxException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** One client of a workload: repeats the operation for a fixed time and records the latencies. */
final class Client implements Callable<Client.Record> {
  /**
   * What a client saw.
   *
   * @param latencies in nanoseconds
   * @param begin {@link System#nanoTime} of its first request
   * @param end {@link System#nanoTime} when it stopped
   */
  record Record(Histogram latencies, long begin, long end) {}

  /** 60 s in nanoseconds: longer is recorded as that. */
  private static final long HIGHEST = TimeUnit.SECONDS.toNanos(60);

  private final Subject subject;
  private final Workload workload;
  private final int number;
  private final long nanos;
  private final CyclicBarrier start;

  /**
   * @param number of the client, from 0
   * @param nanos how long it works
   * @param start where all clients and their starter meet once everything is open
   */
  Client(Subject subject, Workload workload, int number, long nanos, CyclicBarrier start) {
    this.subject = subject;
    this.workload = workload;
    this.number = number;
    this.nanos = nanos;
    this.start = start;
  }

  /** A histogram of latencies in nanoseconds. */
  static Histogram latencies() {
    return new Histogram(HIGHEST, 3);
  }

  /** Records {@code nanos}, or the highest value that can be recorded. */
  static void note(Histogram latencies, long nanos) {
    latencies.recordValue(Math.min(nanos, HIGHEST));
  }

  @Override
  public Record call() throws Exception {
    if (!workload.cpus().isEmpty()) {
      Cpu.pinCurrentThread(workload.cpus().get(number % workload.cpus().size()));
    }
    TimerSlack.least();
    try (ClientFile file =
        new ClientFile(subject.directory(), workload.operation(), number, workload.clients())) {
      start.await(30, TimeUnit.SECONDS);
      return repeat(file);
    }
  }

  private Record repeat(ClientFile file) throws LinuxException {
    Operation operation = workload.operation();
    Think think = workload.think();
    boolean pauses = think.nanos() > 0;
    Histogram latencies = latencies();
    XorShift random = new XorShift(number + 1);
    long begin = System.nanoTime();
    long end = begin + nanos;
    long now = begin;
    for (long count = 0; now < end; count++) {
      operation.run(file, random.next(), count);
      long then = System.nanoTime();
      note(latencies, then - now);
      if (pauses) {
        think.pass();
        then = System.nanoTime();
      }
      now = then;
    }
    return new Record(latencies, begin, now);
  }
}
