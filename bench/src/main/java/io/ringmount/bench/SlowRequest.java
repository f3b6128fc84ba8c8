package io.ringmount.bench;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/**
 * A request that took long, or a control that was late.
 *
 * @param nanos how long, or how late
 * @param end when it was answered
 * @param operation what was asked for
 * @param cpu where the client ran
 * @param pause before the request
 */
record SlowRequest(long nanos, Instant end, Operation operation, int cpu, Think pause) {
  private static final int KEPT = 8;

  /** The slowest few of one client; for its thread. */
  static final class Slowest {
    private final PriorityQueue<SlowRequest> slowest =
        new PriorityQueue<>(Comparator.comparingLong(SlowRequest::nanos));

    /** Whether one of {@code nanos} would be kept. */
    boolean admits(long nanos) {
      return slowest.size() < KEPT || nanos > slowest.peek().nanos();
    }

    void add(SlowRequest request) {
      slowest.add(request);
      if (slowest.size() > KEPT) {
        slowest.remove();
      }
    }

    List<SlowRequest> list() {
      return List.copyOf(slowest);
    }
  }

  /** The slowest of all, slowest first. */
  static List<SlowRequest> slowestOf(Stream<SlowRequest> requests) {
    return requests
        .sorted(Comparator.comparingLong(SlowRequest::nanos).reversed())
        .limit(KEPT)
        .toList();
  }

  /** Whether both were under way at some moment. */
  boolean overlaps(SlowRequest other) {
    return end.minusNanos(nanos).isBefore(other.end)
        && other.end.minusNanos(other.nanos).isBefore(end);
  }

  double millis() {
    return nanos / 1e6;
  }

  @Override
  public String toString() {
    return "%8.2f ms  %s  %s on CPU %d%s"
        .formatted(
            millis(),
            end.truncatedTo(ChronoUnit.MILLIS),
            operation.label(),
            cpu,
            pause.label().isEmpty() ? "" : " after" + pause.label().substring(1));
  }
}
