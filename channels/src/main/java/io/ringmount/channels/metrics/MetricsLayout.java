package io.ringmount.channels.metrics;

import io.ringmount.channels.wire.Opcode;
import org.agrona.concurrent.status.CountersReader;

/**
 * Where things are in a metrics file of {@code channels} channels.
 *
 * <pre>
 *   +-----------------------------------+ 0
 *   | header                            |  128 bytes, see MetricsHeader
 *   +-----------------------------------+ 128
 *   | identity of each channel          |  128 bytes a channel, see MetricsHeader
 *   +-----------------------------------+ metadataOffset
 *   | Agrona counters metadata          |  512 bytes a counter; counter id =
 *   +-----------------------------------+ valuesOffset        record * STORED.size() + ordinal
 *   | Agrona counters values            |  128 bytes a counter
 *   +-----------------------------------+ sectionOffset(0)
 *   | section of each record            |
 *   |   heads, 128 bytes an operation   |    +0 requests, +8 max latency, +16 max queue time
 *   |   errors, 8 bytes an errno        |
 *   |   histograms, 4 KiB an operation  |    latency, then queue time, 8 bytes a bucket
 *   +-----------------------------------+ length
 * </pre>
 *
 * There is a record for each channel, and after them one that says what earlier processes have
 * counted, {@link #history}. All numbers are 64 bits in the machine's byte order. What one channel
 * writes shares no 128 bytes (a cache line and the one the CPU fetches along with it) with what
 * another one writes.
 *
 * @param channels 1 to {@link #MAX_CHANNELS}
 */
record MetricsLayout(int channels) {
  /** As many as x86-64 Linux has CPUs ({@code CONFIG_NR_CPUS}), which bounds the size of files. */
  static final int MAX_CHANNELS = 8192;

  /** Bytes that only one channel writes to. */
  static final int LINE = 128;

  /** Bytes of a number. */
  static final int NUMBER = Long.BYTES;

  /** Numbers of a record in the values of the counters. */
  static final int COUNTERS = Metric.STORED.size();

  /** Bytes of a record's counters. */
  static final int VALUES_LENGTH = COUNTERS * CountersReader.COUNTER_LENGTH;

  /** Operations by opcode; 0 is for every opcode outside of 1 to 63. */
  static final int OPERATIONS = 64;

  /** Errors by errno; 0 is for every errno outside of 1 to 133 (EHWPOISON, Linux's last). */
  static final int ERRNOS = 134;

  /** Offset in a head. */
  static final int REQUESTS = 0;

  /** Offset in a head. */
  static final int LATENCY_MAX = 8;

  /** Offset in a head. */
  static final int QUEUE_MAX = 16;

  /** Bytes of one histogram. */
  static final int HISTOGRAM_LENGTH = HistogramBuckets.COUNT * NUMBER;

  private static final int ERRORS = OPERATIONS * LINE;

  /** Heads and errors are the first bytes of a section. */
  static final int SUMMARY_LENGTH = ERRORS + align(ERRNOS * NUMBER);

  static final int SECTION_LENGTH = SUMMARY_LENGTH + OPERATIONS * 2 * HISTOGRAM_LENGTH;

  MetricsLayout {
    if (channels < 1 || channels > MAX_CHANNELS) {
      throw new IllegalArgumentException(channels + " channels, not 1 to " + MAX_CHANNELS);
    }
  }

  private static int align(int length) {
    return (length + LINE - 1) / LINE * LINE;
  }

  /** Number of the record that says what earlier processes have counted. */
  int history() {
    return channels;
  }

  private int records() {
    return channels + 1;
  }

  long identityOffset(int channel) {
    return LINE + (long) channel * LINE;
  }

  long metadataOffset() {
    return identityOffset(channels);
  }

  int metadataLength() {
    return records() * COUNTERS * CountersReader.METADATA_LENGTH;
  }

  long valuesOffset() {
    return metadataOffset() + metadataLength();
  }

  /** Where the counters of {@code record} begin. */
  long valuesOffset(int record) {
    return valuesOffset() + (long) record * VALUES_LENGTH;
  }

  int valuesLength() {
    return records() * VALUES_LENGTH;
  }

  long sectionOffset(int record) {
    return valuesOffset(records()) + (long) record * SECTION_LENGTH;
  }

  /** Bytes of the file. */
  long length() {
    return sectionOffset(records());
  }

  /** Where the counter of {@code metric} is among those of its record. */
  static int valueOffset(Metric metric) {
    return metric.ordinal() * CountersReader.COUNTER_LENGTH;
  }

  /** The index under which {@code opcode} is counted, see {@link Opcode}. */
  static int operation(int opcode) {
    return opcode > 0 && opcode < OPERATIONS ? opcode : 0;
  }

  /** Where the head of an operation is in its section. */
  static int headOffset(int operation) {
    return operation * LINE;
  }

  /** Where errors with {@code errno}, a positive number, are counted in a section. */
  static int errorOffset(int errno) {
    return ERRORS + (errno > 0 && errno < ERRNOS ? errno : 0) * NUMBER;
  }

  /** Where the histogram of the latency of an operation is in its section. */
  static int latencyOffset(int operation) {
    return SUMMARY_LENGTH + operation * 2 * HISTOGRAM_LENGTH;
  }

  /** Where the histogram of the queue time of an operation is in its section. */
  static int queueOffset(int operation) {
    return latencyOffset(operation) + HISTOGRAM_LENGTH;
  }
}
