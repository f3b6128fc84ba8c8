package io.ringmount.channels.metrics;

import java.util.Arrays;
import java.util.List;

/**
 * Everything Ringmount measures; exporters and the reference page are made from this table.
 *
 * <p>Each metric exists once a channel; {@link #scope} says what else tells its values apart. The
 * order is part of the file format: the {@link #STORED} ones come first, and a change of any kind
 * needs a new {@link MetricsHeader#VERSION}.
 */
public enum Metric {
  /** Requests that arrived from the kernel. */
  REQUESTS(
      "ringmount_requests_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "Requests received from the kernel."),

  /** Requests that are done with: answered, or in no need of an answer. */
  ANSWERED(
      "ringmount_answered_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "Requests answered, or finished where the kernel wants no answer."),

  /** Requests the channel itself had to answer. */
  FAILED(
      "ringmount_failed_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "Requests the channel answered with an error of its own, because the file system threw or"
          + " the kernel refused the reply."),

  /** Requests whose bytes made no sense. */
  MALFORMED(
      "ringmount_malformed_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "Requests that could not be decoded and never reached the file system."),

  /** Requests answered with {@code EINTR} because their caller had given up. */
  INTERRUPTED(
      "ringmount_interrupted_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "Requests answered EINTR because the kernel asked to interrupt them."),

  /** System calls made to receive and to answer. */
  SYSTEM_CALLS(
      "ringmount_system_calls_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "System calls made to exchange requests and replies with the kernel."),

  /** Replies given to the kernel. */
  COMMITS(
      "ringmount_commits_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "Replies handed to the kernel."),

  /** System calls that carried a reply; {@link #COMMITS} by this is the mean batch. */
  BATCHES(
      "ringmount_batches_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "System calls that carried at least one reply."),

  /** The largest batch. */
  BATCH_MAX(
      "ringmount_batch_max",
      Kind.MAXIMUM,
      Unit.COUNT,
      Stability.STABLE,
      "Most replies that one system call carried."),

  /** Polls that paid. */
  POLL_HITS(
      "ringmount_poll_hits_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.EXPERIMENTAL,
      "Polls that found a request before they gave up."),

  /** Polls in vain. */
  POLL_MISSES(
      "ringmount_poll_misses_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.EXPERIMENTAL,
      "Polls that ended without a request."),

  /** What the polls that paid cost. */
  POLL_HIT_TIME(
      "ringmount_poll_hit_seconds_total",
      Kind.COUNTER,
      Unit.SECONDS,
      Stability.EXPERIMENTAL,
      "Time spent in polls that found a request."),

  /** What the polls in vain cost. */
  POLL_MISS_TIME(
      "ringmount_poll_miss_seconds_total",
      Kind.COUNTER,
      Unit.SECONDS,
      Stability.EXPERIMENTAL,
      "Time spent in polls that ended without a request."),

  /** Times the channel slept. */
  WAITS(
      "ringmount_waits_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "Times the channel blocked in the kernel until a request came."),

  /** Times back-pressure acted. */
  BLOCKED(
      "ringmount_blocked_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "Times the bound on requests in flight held a request back."),

  /** How long back-pressure acted. */
  BLOCKED_TIME(
      "ringmount_blocked_seconds_total",
      Kind.COUNTER,
      Unit.SECONDS,
      Stability.STABLE,
      "Time for which the bound on requests in flight held requests back."),

  /** High-water mark of {@link #IN_FLIGHT}. */
  IN_FLIGHT_MAX(
      "ringmount_in_flight_max",
      Kind.MAXIMUM,
      Unit.COUNT,
      Stability.STABLE,
      "Most requests that were in flight at once."),

  /** Work taken off another channel's hands. */
  STOLEN(
      "ringmount_stolen_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.EXPERIMENTAL,
      "Requests this channel took over from another channel."),

  /** Work given to the worker pool. */
  DETACHED(
      "ringmount_detached_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.EXPERIMENTAL,
      "Requests that ran on the worker pool."),

  /** Callers that the kernel moves from processor to processor. */
  MOVED(
      "ringmount_moved_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.EXPERIMENTAL,
      "Requests whose caller had made its last one on another processor."),

  /** Times the channel's processor was lent. */
  LENT(
      "ringmount_lent_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.EXPERIMENTAL,
      "Times the channel's thread began to run at idle priority, so that callers stay on its"
          + " processor."),

  /** Times the ring's thread in the kernel starved. */
  BOOSTED(
      "ringmount_boosted_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.EXPERIMENTAL,
      "Times the kernel's thread of a polled ring did not get to run at idle priority and was given"
          + " the default one."),

  /** Requests that will never be answered. */
  ABANDONED(
      "ringmount_abandoned_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "Requests given up without an answer."),

  /** Requests that an earlier process had received. */
  RECOVERED(
      "ringmount_recovered_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "Requests that an earlier process had received and left unanswered, and this one took up."),

  /** Requests that an earlier process may have carried out. */
  RESUMED(
      "ringmount_resumed_total",
      Kind.COUNTER,
      Unit.COUNT,
      Stability.STABLE,
      "Requests that an earlier process had begun with, and this one carried out or completed."),

  /** Computed: {@link #REQUESTS} without {@link #ANSWERED} and {@link #ABANDONED}. */
  IN_FLIGHT(
      "ringmount_in_flight",
      Kind.GAUGE,
      Unit.COUNT,
      Stability.STABLE,
      "Requests received and not yet answered."),

  /** {@link #REQUESTS} by operation. */
  OPERATION_REQUESTS(
      "ringmount_operation_requests_total",
      Kind.COUNTER,
      Scope.OPERATION,
      Unit.COUNT,
      Stability.STABLE,
      "Requests received from the kernel, by operation."),

  /** From arrival to answer, the time in the queue included. */
  OPERATION_LATENCY(
      "ringmount_operation_latency_seconds",
      Kind.HISTOGRAM,
      Scope.OPERATION,
      Unit.SECONDS,
      Stability.STABLE,
      "Time from the arrival of a request to its answer, by operation."),

  /** From arrival to the moment the file system was called. */
  OPERATION_QUEUE_TIME(
      "ringmount_operation_queue_seconds",
      Kind.HISTOGRAM,
      Scope.OPERATION,
      Unit.SECONDS,
      Stability.STABLE,
      "Time from the arrival of a request to its start, by operation."),

  /** Answers that were errors. */
  ERRORS(
      "ringmount_errors_total",
      Kind.COUNTER,
      Scope.ERRNO,
      Unit.COUNT,
      Stability.STABLE,
      "Requests answered with an error, by errno.");

  /** How values behave over time. */
  public enum Kind {
    /** Only grows; several channels add up. */
    COUNTER,
    /** The largest value so far. */
    MAXIMUM,
    /** Goes up and down; several channels add up. */
    GAUGE,
    /** A {@link HistogramSnapshot}. */
    HISTOGRAM
  }

  /** What tells the values of one metric apart. */
  public enum Scope {
    /** One value a channel. */
    CHANNEL,
    /** One value a channel and operation. */
    OPERATION,
    /** One value a channel and errno. */
    ERRNO
  }

  /** What a value counts. */
  public enum Unit {
    /** A plain number. */
    COUNT,
    /** Recorded in nanoseconds, exported in seconds. */
    SECONDS
  }

  /** What users may build on. */
  public enum Stability {
    /** Keeps its name and meaning. */
    STABLE,
    /** May change with the mechanism it describes. */
    EXPERIMENTAL
  }

  /** The metrics with one recorded number a channel, in the order of their ordinals, from 0 on. */
  public static final List<Metric> STORED =
      Arrays.stream(values())
          .filter(each -> each.scope == Scope.CHANNEL && each.kind != Kind.GAUGE)
          .toList();

  private static final int FIRST_TYPE_ID = 1000;

  private final String exportedName;
  private final Kind kind;
  private final Scope scope;
  private final Unit unit;
  private final Stability stability;
  private final String help;

  Metric(String exportedName, Kind kind, Unit unit, Stability stability, String help) {
    this(exportedName, kind, Scope.CHANNEL, unit, stability, help);
  }

  Metric(String exportedName, Kind kind, Scope scope, Unit unit, Stability stability, String help) {
    this.exportedName = exportedName;
    this.kind = kind;
    this.scope = scope;
    this.unit = unit;
    this.stability = stability;
    this.help = help;
  }

  /** As Prometheus writes it: unit and {@code _total} of counters included. */
  public String exportedName() {
    return exportedName;
  }

  public Kind kind() {
    return kind;
  }

  public Scope scope() {
    return scope;
  }

  public Unit unit() {
    return unit;
  }

  public Stability stability() {
    return stability;
  }

  /** One sentence for users. */
  public String help() {
    return help;
  }

  /** Type of the Agrona counters of this metric; {@link #STORED} ones only. */
  int typeId() {
    return FIRST_TYPE_ID + ordinal();
  }
}
