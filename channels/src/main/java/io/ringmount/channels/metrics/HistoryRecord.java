package io.ringmount.channels.metrics;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The record of a metrics file that says what earlier processes have counted. Written by one thread
 * at a time, each number whole and never smaller than before, so that readers need no lock.
 */
final class HistoryRecord {
  private final UnsafeBuffer counters;
  private final UnsafeBuffer section;

  /**
   * @param counters the counters of this record, as {@link MetricsLayout} has them
   * @param section the section of this record
   */
  HistoryRecord(UnsafeBuffer counters, UnsafeBuffer section) {
    this.counters = counters;
    this.section = section;
  }

  void write(MetricsSnapshot counted) {
    for (Metric metric : Metric.STORED) {
      counters.putLongRelease(MetricsLayout.valueOffset(metric), counted.value(metric));
    }
    counted
        .errors()
        .forEach((errno, count) -> section.putLongRelease(MetricsLayout.errorOffset(errno), count));
    counted.operations().forEach(this::write);
  }

  private void write(OperationSnapshot counted) {
    int head = MetricsLayout.headOffset(counted.opcode());
    write(MetricsLayout.latencyOffset(counted.opcode()), counted.latency());
    section.putLongRelease(head + MetricsLayout.LATENCY_MAX, counted.latency().max());
    write(MetricsLayout.queueOffset(counted.opcode()), counted.queueTime());
    section.putLongRelease(head + MetricsLayout.QUEUE_MAX, counted.queueTime().max());
    section.putLongRelease(head + MetricsLayout.REQUESTS, counted.requests());
  }

  private void write(int histogram, HistogramSnapshot counted) {
    for (int bucket = 0; bucket < HistogramBuckets.COUNT; bucket++) {
      section.putLongRelease(histogram + bucket * MetricsLayout.NUMBER, counted.bucket(bucket));
    }
  }
}
