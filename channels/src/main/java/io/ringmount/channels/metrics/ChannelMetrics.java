package io.ringmount.channels.metrics;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * What one channel counts. Allocates nothing and writes to no cache line of another channel.
 *
 * <p>{@link #received}, {@link #polled}, {@link #waited} and {@link #moved} are for the channel's
 * thread alone and plain additions; everything else is for any thread and, where it records,
 * atomic.
 *
 * <p>Each request that is {@link #received} leaves by one {@link #completed} or {@link #abandoned}
 * of the same channel, whichever thread or channel does the work. All durations are nanoseconds;
 * negative ones count as 0.
 */
public final class ChannelMetrics {
  private final UnsafeBuffer counters;
  private final UnsafeBuffer section;

  /**
   * @param counters the counters of this channel, as {@link MetricsLayout} has them
   * @param section the section of this channel
   */
  ChannelMetrics(UnsafeBuffer counters, UnsafeBuffer section) {
    this.counters = counters;
    this.section = section;
  }

  /** A request arrived. Channel thread only. */
  public void received(int opcode) {
    increment(Metric.REQUESTS, 1);
    int operation = MetricsLayout.operation(opcode);
    section.addLongOpaque(MetricsLayout.headOffset(operation) + MetricsLayout.REQUESTS, 1);
    raise(counters, MetricsLayout.valueOffset(Metric.IN_FLIGHT_MAX), inFlight());
  }

  /** A poll ended, with a request or without, and took {@code nanos}. Channel thread only. */
  public void polled(boolean hit, long nanos) {
    increment(hit ? Metric.POLL_HITS : Metric.POLL_MISSES, 1);
    increment(hit ? Metric.POLL_HIT_TIME : Metric.POLL_MISS_TIME, Math.max(0, nanos));
  }

  /** The thread blocked in the kernel until a request came. Channel thread only. */
  public void waited() {
    increment(Metric.WAITS, 1);
  }

  /** A system call was made to exchange requests and replies. */
  public void systemCall() {
    add(Metric.SYSTEM_CALLS, 1);
  }

  /**
   * A system call carried {@code replies} replies.
   *
   * @param replies 0 counts nothing
   */
  public void batch(int replies) {
    if (replies > 0) {
      add(Metric.BATCHES, 1);
      add(Metric.COMMITS, replies);
      raise(counters, MetricsLayout.valueOffset(Metric.BATCH_MAX), replies);
    }
  }

  /**
   * A request was answered, or finished where the kernel wants no answer.
   *
   * @param errno of the answer, positive, or 0 for success
   * @param queueNanos from arrival to the call of the file system
   * @param latencyNanos from arrival to the answer
   */
  public void completed(int opcode, int errno, long queueNanos, long latencyNanos) {
    int operation = MetricsLayout.operation(opcode);
    int head = MetricsLayout.headOffset(operation);
    raise(section, head + MetricsLayout.LATENCY_MAX, latencyNanos);
    record(MetricsLayout.latencyOffset(operation), latencyNanos);
    raise(section, head + MetricsLayout.QUEUE_MAX, queueNanos);
    record(MetricsLayout.queueOffset(operation), queueNanos);
    if (errno != 0) {
      section.getAndAddLong(MetricsLayout.errorOffset(errno), 1);
    }
    // Last: once nothing is in flight, all of it has been counted.
    add(Metric.ANSWERED, 1);
  }

  /** A request will never be answered. */
  public void abandoned() {
    add(Metric.ABANDONED, 1);
  }

  /**
   * A request comes from an earlier process.
   *
   * @param begun that one had begun with it
   */
  public void recovered(boolean begun) {
    add(Metric.RECOVERED, 1);
    if (begun) {
      add(Metric.RESUMED, 1);
    }
  }

  /** The channel itself had to answer with an error; {@link #completed} counts the answer. */
  public void failed() {
    add(Metric.FAILED, 1);
  }

  /** A request could not be decoded; {@link #completed} counts the answer. */
  public void malformed() {
    add(Metric.MALFORMED, 1);
  }

  /** A request is answered {@code EINTR} as asked; {@link #completed} counts the answer. */
  public void interrupted() {
    add(Metric.INTERRUPTED, 1);
  }

  /** The bound on requests in flight held a request back for {@code nanos}. */
  public void blocked(long nanos) {
    add(Metric.BLOCKED, 1);
    add(Metric.BLOCKED_TIME, Math.max(0, nanos));
  }

  /** This channel took over {@code requests} requests of another one. */
  public void stolen(int requests) {
    add(Metric.STOLEN, requests);
  }

  /** The caller of a request had made its last one on another processor. Channel thread only. */
  public void moved() {
    increment(Metric.MOVED, 1);
  }

  /** The channel's processor is lent from now on. */
  public void lent() {
    add(Metric.LENT, 1);
  }

  /** The kernel's thread of the channel's ring has default priority until it has run. */
  public void boosted() {
    add(Metric.BOOSTED, 1);
  }

  /** A request runs on the worker pool. */
  public void detached() {
    add(Metric.DETACHED, 1);
  }

  /** Requests received that are neither answered nor abandoned; never negative. */
  public int inFlight() {
    // Ends before beginnings: what comes in between is counted twice, never taken off twice.
    long done = acquire(Metric.ANSWERED) + acquire(Metric.ABANDONED);
    return (int) Math.max(0, acquire(Metric.REQUESTS) - done);
  }

  /**
   * The number recorded, durations in nanoseconds.
   *
   * @param metric one a channel has one value of
   * @throws IllegalArgumentException for {@link Metric.Scope#OPERATION} and {@link
   *     Metric.Scope#ERRNO}; {@link MetricsReader} has those
   */
  public long value(Metric metric) {
    if (metric == Metric.IN_FLIGHT) {
      return inFlight();
    }
    if (metric.scope() != Metric.Scope.CHANNEL) {
      throw new IllegalArgumentException(metric + " is no single number");
    }
    return acquire(metric);
  }

  private long acquire(Metric metric) {
    return counters.getLongAcquire(MetricsLayout.valueOffset(metric));
  }

  /** Channel thread only. */
  private void increment(Metric metric, long amount) {
    counters.addLongOpaque(MetricsLayout.valueOffset(metric), amount);
  }

  private void add(Metric metric, long amount) {
    counters.getAndAddLong(MetricsLayout.valueOffset(metric), amount);
  }

  private void record(int histogram, long nanos) {
    int bucket = HistogramBuckets.of(nanos);
    section.getAndAddLong(histogram + bucket * MetricsLayout.NUMBER, 1);
  }

  private static void raise(UnsafeBuffer buffer, int offset, long value) {
    long present = buffer.getLongOpaque(offset);
    while (value > present) {
      present = buffer.compareAndExchangeLong(offset, present, value);
    }
  }
}
