package io.ringmount.channels.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.stream.LongStream;

/**
 * What one channel has counted, or several together: now, or between two moments. Immutable. Its
 * numbers are read one after the other, hence apart by what happens meanwhile.
 */
public final class MetricsSnapshot {
  /** Nothing counted. */
  public static final MetricsSnapshot EMPTY =
      new MetricsSnapshot(
          new long[MetricsLayout.COUNTERS],
          0,
          new long[MetricsLayout.ERRNOS],
          new OperationSnapshot[MetricsLayout.OPERATIONS]);

  /** No count and no time in nanoseconds gets there: decades of a hundred threads. */
  private static final long IMPLAUSIBLE = 1L << 58;

  private final long[] values;
  private final long inFlight;
  private final long[] errors;

  /** By index of {@link MetricsLayout#operation}; null where nothing was counted. */
  private final OperationSnapshot[] operations;

  /** All arrays are the result's own from now on. */
  MetricsSnapshot(long[] values, long inFlight, long[] errors, OperationSnapshot[] operations) {
    this.values = values;
    this.inFlight = inFlight;
    this.errors = errors;
    this.operations = operations;
  }

  /**
   * The number recorded, durations in nanoseconds.
   *
   * @param metric one of {@link Metric.Scope#CHANNEL}
   * @throws IllegalArgumentException for the other ones
   */
  public long value(Metric metric) {
    if (metric == Metric.IN_FLIGHT) {
      return inFlight;
    }
    if (metric.scope() != Metric.Scope.CHANNEL) {
      throw new IllegalArgumentException(metric + " is no single number");
    }
    return values[metric.ordinal()];
  }

  /** Answers that were errors, by errno, without zeros; 0 stands for errnos above 133. */
  public SortedMap<Integer, Long> errors() {
    SortedMap<Integer, Long> result = new TreeMap<>();
    for (int errno = 0; errno < errors.length; errno++) {
      if (errors[errno] != 0) {
        result.put(errno, errors[errno]);
      }
    }
    return result;
  }

  /** The operations of which something was counted, by opcode. */
  public List<OperationSnapshot> operations() {
    return Arrays.stream(operations).filter(each -> each != null && !each.isEmpty()).toList();
  }

  /** What was counted of {@code opcode}, or of all outside of 1 to 63 together. */
  public OperationSnapshot operation(int opcode) {
    return orEmpty(MetricsLayout.operation(opcode));
  }

  /** Mean over all requests; 0 without any. */
  public double systemCallsPerRequest() {
    return ratio(Metric.SYSTEM_CALLS, Metric.REQUESTS);
  }

  /** Mean number of replies in a system call that carries any; 0 without any. */
  public double meanBatch() {
    return ratio(Metric.COMMITS, Metric.BATCHES);
  }

  /** What two different channels count together; of maxima the larger one. */
  public MetricsSnapshot plus(MetricsSnapshot other) {
    return combine(other, inFlight + other.inFlight, Long::sum, Math::max, OperationSnapshot::plus);
  }

  /**
   * What was counted since {@code earlier}, a snapshot of the same channels. Requests in flight and
   * maxima stay those of this snapshot.
   */
  public MetricsSnapshot minus(MetricsSnapshot earlier) {
    return combine(
        earlier,
        inFlight,
        (now, then) -> Math.max(0, now - then),
        (now, then) -> now,
        OperationSnapshot::minus);
  }

  /** The same once the process that counted has ended: nothing is in flight. */
  MetricsSnapshot ended() {
    return new MetricsSnapshot(values, 0, errors, operations);
  }

  /** Whether all numbers can be: none is negative, nor so large that a sum might be. */
  boolean isPlausible() {
    return LongStream.concat(Arrays.stream(values), Arrays.stream(errors))
            .allMatch(MetricsSnapshot::isPlausible)
        && operations().stream()
            .allMatch(each ->
                isPlausible(each.requests())
                    && isPlausible(each.latency().max())
                    && isPlausible(each.queueTime().max()));
  }

  private static boolean isPlausible(long number) {
    return number >= 0 && number <= IMPLAUSIBLE;
  }

  private MetricsSnapshot combine(
      MetricsSnapshot other,
      long combinedInFlight,
      LongBinaryOperator counts,
      LongBinaryOperator maxima,
      BinaryOperator<OperationSnapshot> histograms) {
    long[] combinedValues = new long[values.length];
    for (Metric metric : Metric.STORED) {
      int i = metric.ordinal();
      LongBinaryOperator operator = metric.kind() == Metric.Kind.MAXIMUM ? maxima : counts;
      combinedValues[i] = operator.applyAsLong(values[i], other.values[i]);
    }
    long[] combinedErrors = new long[errors.length];
    for (int i = 0; i < errors.length; i++) {
      combinedErrors[i] = counts.applyAsLong(errors[i], other.errors[i]);
    }
    OperationSnapshot[] combinedOperations = new OperationSnapshot[operations.length];
    for (int i = 0; i < operations.length; i++) {
      if (operations[i] != null || other.operations[i] != null) {
        combinedOperations[i] = histograms.apply(orEmpty(i), other.orEmpty(i));
      }
    }
    return new MetricsSnapshot(
        combinedValues, combinedInFlight, combinedErrors, combinedOperations);
  }

  private OperationSnapshot orEmpty(int index) {
    return operations[index] != null ? operations[index] : OperationSnapshot.empty(index);
  }

  private double ratio(Metric dividend, Metric divisor) {
    long count = value(divisor);
    return count == 0 ? 0 : (double) value(dividend) / count;
  }
}
