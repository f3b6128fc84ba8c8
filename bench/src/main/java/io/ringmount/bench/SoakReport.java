package io.ringmount.bench;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/** What a soak found, as text, and whether every request was answered in time. */
final class SoakReport {
  private static final String LINE = "%-24s %10s %9s %9s %9s %9s %9s%n";

  private final Map<Subject, List<SoakClient.Record>> records;
  private final Subject control;
  private final double limitMillis;

  /**
   * @param control the subject without a server
   */
  SoakReport(Map<Subject, List<SoakClient.Record>> records, Subject control, double limitMillis) {
    this.records = records;
    this.control = control;
    this.limitMillis = limitMillis;
  }

  /** Whether no request of a server took longer than the limit. */
  boolean withinLimit() {
    return records.keySet().stream()
        .filter(subject -> !subject.equals(control))
        .flatMap(subject -> slowest(subject).stream())
        .noneMatch(request -> request.millis() > limitMillis);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(LINE.formatted("", "requests", "p50 us", "p99 us", "p99.9 us", "p99.99 us", "max"));
    for (Subject subject : records.keySet()) {
      text.append(line(subject.name(), all(subject, SoakClient.Record::requests)));
      text.append(line("  late after the pause", all(subject, SoakClient.Record::late)));
    }
    List<SlowRequest> stalls = stalls();
    for (Subject subject : records.keySet()) {
      if (!subject.equals(control)) {
        text.append("%nslowest of %s%n".formatted(subject.name()));
        slowest(subject).forEach(each -> text.append(describe(each, stalls)));
      }
    }
    text.append("%nlatest of %s: the machine itself%n".formatted(control.name()));
    stalls.forEach(each -> text.append("  %s%n".formatted(each)));
    return text.toString();
  }

  /** With what the control, if it was late by as much as half of it, saw at the same time. */
  private static String describe(SlowRequest slow, List<SlowRequest> stalls) {
    String stall =
        stalls.stream()
            .filter(each -> each.nanos() > slow.nanos() / 2 && each.overlaps(slow))
            .findFirst()
            .map(each -> "; the control was %.2f ms late then".formatted(each.millis()))
            .orElse("");
    return "  %s%s%n".formatted(slow, stall);
  }

  private List<SlowRequest> slowest(Subject subject) {
    return SlowRequest.slowestOf(
        records.get(subject).stream().flatMap(record -> record.slowest().stream()));
  }

  private List<SlowRequest> stalls() {
    return SlowRequest.slowestOf(
        records.get(control).stream().flatMap(record -> record.latest().stream()));
  }

  private Histogram all(Subject subject, Function<SoakClient.Record, Histogram> part) {
    Histogram all = Client.latencies();
    records.get(subject).forEach(record -> all.add(part.apply(record)));
    return all;
  }

  private static String line(String name, Histogram histogram) {
    return LINE.formatted(
        name,
        histogram.getTotalCount(),
        micros(histogram, 50),
        micros(histogram, 99),
        micros(histogram, 99.9),
        micros(histogram, 99.99),
        "%.2f ms".formatted(histogram.getMaxValue() / 1e6));
  }

  private static String micros(Histogram histogram, double percentile) {
    return "%.1f".formatted(histogram.getValueAtPercentile(percentile) / 1e3);
  }
}
