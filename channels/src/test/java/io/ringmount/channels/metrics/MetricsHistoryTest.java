package io.ringmount.channels.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Opcode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that count one after the other, each in a file of its own. */
@Timeout(60)
class MetricsHistoryTest {
  private static final List<ChannelIdentity> IDENTITIES =
      List.of(new ChannelIdentity("channel-0", 0), new ChannelIdentity("channel-1", 1));

  @TempDir Path directory;

  private final List<MetricsReader> open = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();

  @AfterEach
  void closeAll() throws IOException {
    for (MetricsReader each : open) {
      each.close();
    }
  }

  private Path path(int process) {
    return directory.resolve("metrics." + process);
  }

  private MetricsFile file(int process) throws IOException {
    return MetricsFile.create(path(process), IDENTITIES);
  }

  private MetricsReader reader(int process) throws IOException {
    MetricsReader reader = MetricsReader.open(path(process));
    open.add(reader);
    return reader;
  }

  private Optional<MetricsHistory> sum(MetricsReader... files) {
    return MetricsHistory.of(List.of(files), cause -> refusals.add(cause.getMessage()));
  }

  private static void answer(MetricsFile file, int channel, long latency) {
    file.channels().get(channel).received(Opcode.READ);
    file.channels().get(channel).completed(Opcode.READ, Errno.EIO, latency / 2, latency);
  }

  private static void assertAnswered(long expected, MetricsSnapshot counted) {
    assertEquals(expected, counted.value(Metric.ANSWERED));
    assertEquals(expected, counted.operation(Opcode.READ).requests());
    assertEquals(expected, counted.operation(Opcode.READ).latency().count());
    assertEquals(expected, counted.operation(Opcode.READ).queueTime().count());
    assertEquals(expected, counted.errors().getOrDefault(Errno.EIO, 0L));
  }

  @Test
  void whatEarlierProcessesCountedIsPartOfTheTotal() throws IOException {
    MetricsFile first = file(1);
    answer(first, 0, 1_000_000);
    answer(first, 1, 100);
    MetricsFile second = file(2);
    second.follow(sum(reader(1)).orElseThrow());
    answer(second, 0, 100);
    MetricsReader reader = reader(2);
    assertAnswered(3, reader.total());
    assertAnswered(3, second.reader().total());
    assertAnswered(1, reader.snapshot(0));
    assertAnswered(0, reader.snapshot(1));
    HistogramSnapshot latency = reader.total().operation(Opcode.READ).latency();
    assertEquals(1_000_000, latency.max());
    assertEquals(100, latency.percentile(50), 100 / 16.0);
    assertEquals(500_000, reader.total().operation(Opcode.READ).queueTime().max());
    assertEquals(2, reader.processes());
    assertEquals(1, reader(1).processes());
    assertEquals(reader(1).since(), reader.since());
    assertEquals(List.of(), refusals);
  }

  @Test
  void sumIsTheSameBeforeAndAfterTheOldestIsLeftOut() throws IOException {
    MetricsFile first = file(1);
    answer(first, 0, 100);
    MetricsFile second = file(2);
    answer(second, 1, 100);
    second.follow(sum(reader(1)).orElseThrow());
    answer(second, 0, 100);
    // It drains: what the second says of it lags behind.
    answer(first, 0, 100);
    MetricsHistory all = sum(reader(1), reader(2)).orElseThrow();
    assertAnswered(4, all.counted());
    assertEquals(2, all.processes());
    second.follow(sum(reader(1)).orElseThrow());
    assertAnswered(4, sum(reader(1), reader(2)).orElseThrow().counted());
    assertAnswered(4, sum(reader(2)).orElseThrow().counted());
    assertEquals(2, sum(reader(2)).orElseThrow().processes());
    assertEquals(reader(1).since(), sum(reader(2)).orElseThrow().since());
  }

  @Test
  void whatADeadProcessNeverAnsweredIsNotInFlight() throws IOException {
    MetricsFile first = file(1);
    answer(first, 0, 100);
    first.channels().get(0).received(Opcode.READ);
    first.channels().get(1).received(Opcode.WRITE);
    MetricsFile second = file(2);
    second.follow(sum(reader(1)).orElseThrow());
    second.channels().get(0).recovered(true);
    second.channels().get(0).received(Opcode.READ);
    MetricsSnapshot total = reader(2).total();
    assertEquals(1, total.value(Metric.IN_FLIGHT));
    assertEquals(1, total.value(Metric.RECOVERED));
    assertEquals(1, total.value(Metric.RESUMED));
    MetricsFile third = file(3);
    third.follow(sum(reader(2)).orElseThrow());
    assertEquals(0, reader(3).total().value(Metric.IN_FLIGHT));
    assertEquals(3, reader(3).processes());
  }

  @Test
  void everyNumberIsHandedOn() throws IOException {
    MetricsFile first = file(1);
    for (ChannelMetrics channel : first.channels()) {
      for (int opcode = 0; opcode < MetricsLayout.OPERATIONS; opcode++) {
        channel.received(opcode);
        for (int bucket = 0; bucket < HistogramBuckets.COUNT; bucket++) {
          long nanos = HistogramBuckets.middle(bucket);
          channel.completed(opcode, 1 + bucket % MetricsLayout.ERRNOS, nanos, nanos);
        }
      }
      channel.batch(7);
      channel.blocked(5);
      channel.polled(true, 3);
    }
    MetricsFile second = file(2);
    second.follow(sum(reader(1)).orElseThrow());
    MetricsSnapshot before = reader(1).total();
    MetricsSnapshot after = reader(2).total();
    for (Metric metric : Metric.STORED) {
      assertEquals(before.value(metric), after.value(metric), metric.toString());
    }
    assertEquals(before.errors(), after.errors());
    assertEquals(before.operations().size(), after.operations().size());
    for (OperationSnapshot each : before.operations()) {
      OperationSnapshot handedOn = after.operation(each.opcode());
      assertEquals(each.requests(), handedOn.requests());
      assertEquals(each.latency().max(), handedOn.latency().max());
      for (int bucket = 0; bucket < HistogramBuckets.COUNT; bucket++) {
        assertEquals(each.latency().bucket(bucket), handedOn.latency().bucket(bucket));
        assertEquals(each.queueTime().bucket(bucket), handedOn.queueTime().bucket(bucket));
      }
    }
  }

  @Test
  void followingTouchesNothingOfTheChannels() throws IOException {
    MetricsFile first = file(1);
    answer(first, 0, 100);
    MetricsFile second = file(2);
    byte[] before = Files.readAllBytes(path(2));
    second.follow(sum(reader(1)).orElseThrow());
    byte[] after = Files.readAllBytes(path(2));
    MetricsLayout layout = new MetricsLayout(IDENTITIES.size());
    for (int i = 0; i < before.length; i++) {
      boolean header = i < MetricsLayout.LINE;
      boolean counters = i >= layout.valuesOffset(layout.history()) && i < layout.sectionOffset(0);
      boolean section = i >= layout.sectionOffset(layout.history());
      assertTrue(header || counters || section || before[i] == after[i], "byte " + i);
    }
  }

  @Test
  void fileOfAnotherNumberOfChannelsIsAdded() throws IOException {
    MetricsFile first = MetricsFile.create(path(1), IDENTITIES.subList(0, 1));
    answer(first, 0, 100);
    MetricsFile second = file(2);
    second.follow(sum(reader(1)).orElseThrow());
    assertAnswered(1, reader(2).total());
  }

  @Test
  void brokenFileCostsWhatItSays() throws IOException {
    answer(file(1), 0, 100);
    MetricsFile second = file(2);
    second.follow(sum(reader(1)).orElseThrow());
    answer(second, 0, 100);
    MetricsReader broken = reader(1);
    overwrite(new MetricsLayout(IDENTITIES.size()).valuesOffset(0), -1);
    MetricsHistory left = sum(broken, reader(2)).orElseThrow();
    assertAnswered(2, left.counted());
    assertEquals(1, refusals.size());
    assertTrue(refusals.getFirst().contains("impossible numbers"), refusals::toString);
    assertFalse(sum(broken).isPresent());
    assertFalse(sum().isPresent());
  }

  @Test
  void fileThatSaysNobodyCountedIsRefused() throws IOException {
    file(1);
    MetricsReader broken = reader(1);
    overwrite(MetricsHeader.PROCESSES_OFFSET, 0);
    assertFalse(sum(broken).isPresent());
    assertTrue(refusals.getFirst().contains("0 processes"), refusals::toString);
  }

  private void overwrite(long offset, long number) throws IOException {
    UnsafeBuffer bytes = new UnsafeBuffer(Files.readAllBytes(path(1)));
    bytes.putLong((int) offset, number);
    Files.write(path(1), bytes.byteArray());
  }

  @Test
  void anyTimeIsATime() throws IOException {
    file(1);
    overwrite(MetricsHeader.SINCE_OFFSET, Long.MAX_VALUE);
    assertTrue(reader(1).since().isAfter(Instant.now()));
  }
}
