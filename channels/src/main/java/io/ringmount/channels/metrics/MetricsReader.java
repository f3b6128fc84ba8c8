package io.ringmount.channels.metrics;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Reads metrics while they are recorded, in this process or another one, or after that one died.
 * Trusts nothing it reads. Any thread.
 */
public final class MetricsReader implements AutoCloseable {
  /** No histogram gets there: years of ten million requests a second. */
  private static final long IMPLAUSIBLE = 1L << 50;

  private final MetricsSource source;
  private final MetricsLayout layout;
  private final List<ChannelIdentity> identities;

  MetricsReader(MetricsSource source, MetricsLayout layout, List<ChannelIdentity> identities) {
    this.source = source;
    this.layout = layout;
    this.identities = identities;
  }

  /**
   * Opens a file that {@link MetricsFile#create} made.
   *
   * @throws IOException also when the file is truncated, of another version or not of metrics
   */
  public static MetricsReader open(Path path) throws IOException {
    MetricsSource source = MetricsSource.open(path);
    try {
      MetricsLayout layout = MetricsHeader.read(source);
      return new MetricsReader(source, layout, MetricsHeader.identities(source, layout));
    } catch (IOException e) {
      source.close();
      throw e;
    }
  }

  /** The channels, in the order of their numbers. */
  public List<ChannelIdentity> channels() {
    return identities;
  }

  /**
   * What one channel has counted.
   *
   * @param channel its number, from 0 on
   * @throws IOException also when the file has become shorter, or holds impossible numbers
   */
  public MetricsSnapshot snapshot(int channel) throws IOException {
    Objects.checkIndex(channel, layout.channels());
    return read(channel);
  }

  private MetricsSnapshot read(int record) throws IOException {
    ByteBuffer counters = source.read(layout.valuesOffset(record), MetricsLayout.VALUES_LENGTH);
    long[] values = new long[MetricsLayout.COUNTERS];
    for (Metric metric : Metric.STORED) {
      values[metric.ordinal()] = counters.getLong(MetricsLayout.valueOffset(metric));
    }
    long inFlight =
        values[Metric.REQUESTS.ordinal()]
            - values[Metric.ANSWERED.ordinal()]
            - values[Metric.ABANDONED.ordinal()];

    ByteBuffer summary = source.read(layout.sectionOffset(record), MetricsLayout.SUMMARY_LENGTH);
    long[] errors = new long[MetricsLayout.ERRNOS];
    for (int errno = 0; errno < errors.length; errno++) {
      errors[errno] = summary.getLong(MetricsLayout.errorOffset(errno));
    }
    OperationSnapshot[] operations = new OperationSnapshot[MetricsLayout.OPERATIONS];
    for (int i = 0; i < operations.length; i++) {
      operations[i] = operation(record, i, summary);
    }
    return new MetricsSnapshot(values, Math.max(0, inFlight), errors, operations);
  }

  /** What all channels have counted together, and the processes before theirs. */
  public MetricsSnapshot total() throws IOException {
    return read(layout.history()).ended().plus(channelsTotal());
  }

  private MetricsSnapshot channelsTotal() throws IOException {
    MetricsSnapshot total = MetricsSnapshot.EMPTY;
    for (int i = 0; i < layout.channels(); i++) {
      total = total.plus(snapshot(i));
    }
    return total;
  }

  /** What all channels have counted together, for {@link MetricsHistory}. */
  MetricsSnapshot own() throws IOException {
    return plausible(channelsTotal());
  }

  /** What the processes before have counted, as far as this file says so. */
  MetricsHistory history() throws IOException {
    MetricsSnapshot earlier = plausible(read(layout.history()));
    return new MetricsHistory(since(), processes() - 1, earlier.ended());
  }

  private MetricsSnapshot plausible(MetricsSnapshot read) throws IOException {
    if (!read.isPlausible()) {
      throw source.refusal("damaged: impossible numbers");
    }
    return read;
  }

  /** When what is in {@link #total} began to be counted. */
  public Instant since() throws IOException {
    return Instant.ofEpochMilli(header().getLong(MetricsHeader.SINCE_OFFSET));
  }

  /** How many processes, one after the other, have counted what is in {@link #total}. */
  public int processes() throws IOException {
    int processes = header().getInt(MetricsHeader.PROCESSES_OFFSET);
    if (processes < 1) {
      throw source.refusal("damaged: " + processes + " processes");
    }
    return processes;
  }

  private ByteBuffer header() throws IOException {
    return source.read(0, MetricsLayout.LINE);
  }

  /** Null where there is nothing: histograms are read only where something was recorded. */
  private OperationSnapshot operation(int record, int index, ByteBuffer summary)
      throws IOException {
    int head = MetricsLayout.headOffset(index);
    long requests = summary.getLong(head + MetricsLayout.REQUESTS);
    if (requests == 0) {
      return null;
    }
    ByteBuffer histograms =
        source.read(
            layout.sectionOffset(record) + MetricsLayout.latencyOffset(index),
            2 * MetricsLayout.HISTOGRAM_LENGTH);
    return new OperationSnapshot(
        index,
        requests,
        histogram(histograms, 0, summary.getLong(head + MetricsLayout.LATENCY_MAX)),
        histogram(
            histograms,
            MetricsLayout.HISTOGRAM_LENGTH,
            summary.getLong(head + MetricsLayout.QUEUE_MAX)));
  }

  private HistogramSnapshot histogram(ByteBuffer histograms, int offset, long max)
      throws IOException {
    long[] buckets = new long[HistogramBuckets.COUNT];
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] = histograms.getLong(offset + i * MetricsLayout.NUMBER);
      if (buckets[i] < 0 || buckets[i] > IMPLAUSIBLE) {
        throw source.refusal("damaged: a histogram counts " + buckets[i]);
      }
    }
    return new HistogramSnapshot(buckets, max);
  }

  /** Closes the file. */
  @Override
  public void close() throws IOException {
    source.close();
  }
}
