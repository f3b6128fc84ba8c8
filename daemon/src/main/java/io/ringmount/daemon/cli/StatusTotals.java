package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.metrics.HistogramSnapshot;
import io.ringmount.channels.metrics.Metric;
import io.ringmount.channels.metrics.MetricsReader;
import io.ringmount.channels.metrics.MetricsSnapshot;
import io.ringmount.channels.metrics.OperationSnapshot;
import io.ringmount.daemon.control.MountStatus;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes the totals of {@code status} from what was counted. */
final class StatusTotals {
  private static final int MEDIAN = 50;
  private static final int HIGH = 99;
  private static final double NANOS_PER_MICRO = 1_000;

  private StatusTotals() {}

  static MountStatus.Totals of(MetricsReader metrics) throws IOException {
    MetricsSnapshot total = metrics.total();
    Map<String, Long> errors = new LinkedHashMap<>();
    total
        .errors()
        .forEach((errno, count) -> errors.put(errno == 0 ? "other" : Errno.name(errno), count));
    return new MountStatus.Totals(
        metrics.since().toString(),
        metrics.processes(),
        total.value(Metric.ANSWERED)
            + total.value(Metric.ABANDONED)
            + total.value(Metric.IN_FLIGHT),
        total.value(Metric.FAILED),
        total.value(Metric.MALFORMED),
        total.value(Metric.INTERRUPTED),
        total.value(Metric.RECOVERED),
        total.value(Metric.RESUMED),
        errors,
        total.operations().stream().map(StatusTotals::describe).toList());
  }

  private static MountStatus.Operation describe(OperationSnapshot operation) {
    HistogramSnapshot latency = operation.latency();
    return new MountStatus.Operation(
        operation.name(),
        latency.count(),
        micros(latency.mean()),
        micros(latency.percentile(MEDIAN)),
        micros(latency.percentile(HIGH)),
        micros(latency.max()));
  }

  /** With one digit after the point. */
  private static double micros(double nanos) {
    return Math.round(nanos / NANOS_PER_MICRO * 10) / 10.0;
  }
}
