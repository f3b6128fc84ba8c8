package io.ringmount.bench;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.LinuxException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;

/**
 * One client of a soak: request, pause, request, with pauses of every length at which a channel
 * changes between polling, waiting and sleeping, now and then from another processor.
 */
final class SoakClient implements Callable<SoakClient.Record> {
  /**
   * What a client saw.
   *
   * @param requests their latencies in nanoseconds
   * @param late for each request, nanoseconds from the end of the pause as it was planned to the
   *     answer: what the scheduler and the timer add, too
   * @param slowest by latency
   * @param latest by lateness
   */
  record Record(
      Histogram requests, Histogram late, List<SlowRequest> slowest, List<SlowRequest> latest) {}

  private static final List<Operation> OPERATIONS =
      List.of(Operation.FSTAT, Operation.LOOKUP, Operation.RANDOM_READ);

  /** Pauses around the usual bounds of polling, in microseconds; 0 is none. */
  private static final long[] BOUNDS = {0, 1, 5, 10, 20, 50};

  private static final int LONGEST_MICROS = 10_000;
  private static final int REQUESTS_BETWEEN_MOVES = 200;

  private final Subject subject;
  private final List<Integer> cpus;
  private final int number;
  private final long end;

  /** {@link System#nanoTime} at the start of the request under way; 0: none. */
  private volatile long began;

  private volatile int cpu;

  /**
   * @param cpus where clients run; this one mostly on its own
   * @param number of this client, an index of {@code cpus}
   * @param end {@link System#nanoTime} at which it ends
   */
  SoakClient(Subject subject, List<Integer> cpus, int number, long end) {
    this.subject = subject;
    this.cpus = cpus;
    this.number = number;
    this.end = end;
  }

  /** For how long the request under way has been waiting for its answer; 0: there is none. */
  long waitingNanos() {
    long since = began;
    return since == 0 ? 0 : System.nanoTime() - since;
  }

  @Override
  public String toString() {
    return subject.name() + ", client on CPU " + cpu;
  }

  @Override
  public Record call() throws Exception {
    TimerSlack.least();
    moveTo(cpus.get(number));
    try (ClientFile file =
        new ClientFile(subject.directory(), Operation.RANDOM_READ, number, cpus.size())) {
      return repeat(file);
    }
  }

  private Record repeat(ClientFile file) throws LinuxException {
    Histogram requests = Client.latencies();
    Histogram late = Client.latencies();
    SlowRequest.Slowest slowest = new SlowRequest.Slowest();
    SlowRequest.Slowest latest = new SlowRequest.Slowest();
    XorShift random = new XorShift(number + 1);
    for (long count = 0; System.nanoTime() < end; count++) {
      if (random.below(REQUESTS_BETWEEN_MOVES) == 0) {
        boolean away = cpu == cpus.get(number);
        moveTo(cpus.get(away ? random.below(cpus.size()) : number));
      }
      Operation operation = OPERATIONS.get(random.below(OPERATIONS.size()));
      Think pause = pause(random);
      long planned = System.nanoTime() + pause.nanos();
      pause.pass();
      long start = System.nanoTime();
      began = start;
      operation.run(file, random.next(), count);
      long now = System.nanoTime();
      began = 0;
      note(requests, slowest, now - start, operation, pause);
      note(late, latest, now - planned, operation, pause);
    }
    return new Record(requests, late, slowest.list(), latest.list());
  }

  private void note(
      Histogram histogram,
      SlowRequest.Slowest slowest,
      long nanos,
      Operation operation,
      Think pause) {
    Client.note(histogram, nanos);
    if (slowest.admits(nanos)) {
      slowest.add(new SlowRequest(nanos, Instant.now(), operation, cpu, pause));
    }
  }

  private void moveTo(int target) {
    Cpu.pinCurrentThread(target);
    cpu = target;
  }

  /** Half of the pauses lie at the bounds of polling; one in four is computing, not sleeping. */
  static Think pause(XorShift random) {
    long micros =
        random.below(2) == 0
            ? BOUNDS[random.below(BOUNDS.length)]
            : 1 + random.below(LONGEST_MICROS >>> random.below(10));
    boolean computing = micros <= 50 && random.below(4) == 0;
    return computing ? Think.computing(micros) : Think.sleeping(micros);
  }
}
