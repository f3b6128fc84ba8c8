package io.ringmount.channels.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Opcode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded in a file is read from it, by whomever, whenever. */
@Timeout(60)
class MetricsFileTest {
  private static final List<ChannelIdentity> IDENTITIES =
      List.of(
          new ChannelIdentity("channel-0", 0),
          new ChannelIdentity("channel-1", 3),
          new ChannelIdentity("n".repeat(ChannelIdentity.MAX_NAME_LENGTH), -1));

  @TempDir Path directory;

  @Test
  void whatIsRecordedIsReadFromTheFile() throws Exception {
    MetricsFile file = MetricsFile.create(path(), IDENTITIES);
    try (MetricsReader reader = MetricsReader.open(path())) {
      assertEquals(IDENTITIES, reader.channels());
      assertEquals(List.of(), reader.total().operations());
      recordSome(file.channels().get(0));
      MetricsSnapshot earlier = reader.total();
      recordSome(file.channels().get(0));
      recordSome(file.channels().get(2));

      assertSome(1, reader.snapshot(2));
      assertSome(2, reader.snapshot(0));
      assertSome(3, reader.total());
      assertSome(3, file.reader().total());
      assertEquals(0, reader.snapshot(1).value(Metric.REQUESTS));
      MetricsSnapshot interval = reader.total().minus(earlier);
      assertSome(2, interval);
      assertThrows(IndexOutOfBoundsException.class, () -> reader.snapshot(3));
    }
  }

  @Test
  void fileOutlivesItsKilledWriter() throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                path().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (MetricsReader reader = openAfter(writer)) {
      assertTrue(writer.isAlive());
      assertSome(5, reader.snapshot(0));
      writer.destroyForcibly();
      assertTrue(writer.waitFor(10, TimeUnit.SECONDS));
      assertSome(5, reader.snapshot(0));
    } finally {
      writer.destroyForcibly();
    }
    try (MetricsReader reader = MetricsReader.open(path())) {
      assertSome(5, reader.total());
    }
  }

  @Test
  void agronasReaderUnderstandsTheCounters() throws Exception {
    MetricsFile file = MetricsFile.create(path(), IDENTITIES);
    file.channels().get(1).blocked(77);
    UnsafeBuffer bytes = new UnsafeBuffer(Files.readAllBytes(path()));
    int metadata = (int) bytes.getLong(MetricsHeader.METADATA_OFFSET);
    int values = (int) bytes.getLong(MetricsHeader.VALUES_OFFSET);
    int sections = (int) bytes.getLong(MetricsHeader.SECTIONS_OFFSET);
    CountersReader counters =
        new CountersReader(
            new UnsafeBuffer(bytes, metadata, values - metadata),
            new UnsafeBuffer(bytes, values, sections - values));

    List<String> found = new ArrayList<>();
    counters.forEach((id, type, key, label) -> {
      Metric metric = Metric.STORED.get(id % Metric.STORED.size());
      int record = key.getInt(0);
      assertEquals(id / Metric.STORED.size(), record);
      assertEquals(metric.typeId(), type);
      String name = record < IDENTITIES.size() ? IDENTITIES.get(record).name() : "earlier";
      assertEquals(name + " " + metric.exportedName(), label);
      if (counters.getCounterValue(id) != 0) {
        found.add(label + " " + counters.getCounterValue(id));
      }
    });
    assertEquals(
        List.of(
            "channel-1 ringmount_blocked_total 1", "channel-1 ringmount_blocked_seconds_total 77"),
        found);
  }

  @Test
  void channelsShareNoCacheLine() throws Exception {
    MetricsFile file = MetricsFile.create(path(), IDENTITIES);
    List<Set<Integer>> lines = new ArrayList<>();
    for (ChannelMetrics channel : file.channels()) {
      byte[] before = Files.readAllBytes(path());
      recordEverywhere(channel);
      lines.add(changedLines(before, Files.readAllBytes(path())));
      assertNotEquals(Set.of(), lines.getLast());
    }
    Set<Integer> all = new HashSet<>();
    int sum = 0;
    for (Set<Integer> each : lines) {
      all.addAll(each);
      sum += each.size();
    }
    assertEquals(sum, all.size());
  }

  @Test
  void everyPartBeginsWithALine() {
    for (int channels : new int[] {1, 2, 7, MetricsLayout.MAX_CHANNELS}) {
      MetricsLayout layout = new MetricsLayout(channels);
      for (long offset :
          new long[] {
            layout.identityOffset(channels - 1),
            layout.metadataOffset(),
            layout.valuesOffset(channels - 1),
            layout.sectionOffset(channels - 1),
            layout.length(),
            MetricsLayout.latencyOffset(0)
          }) {
        assertEquals(0, offset % MetricsLayout.LINE);
        assertTrue(offset > 0);
      }
      assertTrue(layout.metadataLength() > 0 && layout.valuesLength() > 0);
    }
  }

  @Test
  void newFileTakesThePlaceOfTheOld() throws Exception {
    MetricsFile old = MetricsFile.create(path(), IDENTITIES);
    recordSome(old.channels().get(0));
    try (MetricsReader reader = MetricsReader.open(path())) {
      MetricsFile.create(path(), IDENTITIES.subList(0, 1));
      recordSome(old.channels().get(0));
      assertSome(2, reader.total());
    }
    try (MetricsReader reader = MetricsReader.open(path())) {
      assertEquals(IDENTITIES.subList(0, 1), reader.channels());
      assertEquals(0, reader.total().value(Metric.REQUESTS));
    }
  }

  @Test
  void fileHasNoHoles() throws Exception {
    MetricsFile.create(path(), IDENTITIES);
    long blocks = blocksOf(path());
    assertTrue(blocks * 512 >= Files.size(path()), blocks + " blocks of " + Files.size(path()));
  }

  @Test
  void channelsMustBeSomeAndNamed() {
    assertThrows(IllegalArgumentException.class, () -> MetricsFile.create(path(), List.of()));
    assertTrue(Files.notExists(path()));
    for (String name : List.of("", "n".repeat(65), "tab\t", "schön")) {
      assertThrows(IllegalArgumentException.class, () -> new ChannelIdentity(name, 0), name);
    }
    assertThrows(IllegalArgumentException.class, () -> new ChannelIdentity("n", -2));
  }

  /** A process that records, says so, and waits for its end. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws Exception {
      MetricsFile file = MetricsFile.create(Path.of(arguments[0]), IDENTITIES);
      for (int i = 0; i < 5; i++) {
        recordSome(file.channels().get(0));
      }
      System.out.println("recorded");
      Thread.sleep(60_000);
    }
  }

  private MetricsReader openAfter(Process writer) throws IOException {
    assertEquals("recorded", writer.inputReader().readLine());
    return MetricsReader.open(path());
  }

  private Path path() {
    return directory.resolve("metrics");
  }

  private static long blocksOf(Path path) throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
    return Long.parseLong(stat.inputReader().readLine());
  }

  private static void recordSome(ChannelMetrics channel) {
    channel.received(Opcode.WRITE);
    channel.received(Opcode.WRITE);
    channel.systemCall();
    channel.systemCall();
    channel.systemCall();
    channel.batch(2);
    channel.completed(Opcode.WRITE, 0, 500, 10_000);
    channel.completed(Opcode.WRITE, Errno.ENOSPC, 700, 20_000);
  }

  private static void assertSome(int times, MetricsSnapshot snapshot) {
    assertEquals(2L * times, snapshot.value(Metric.REQUESTS));
    assertEquals(2L * times, snapshot.value(Metric.ANSWERED));
    assertEquals(2L, snapshot.value(Metric.BATCH_MAX));
    assertEquals(0L, snapshot.value(Metric.IN_FLIGHT));
    assertEquals(1.5, snapshot.systemCallsPerRequest());
    assertEquals(2.0, snapshot.meanBatch());
    assertEquals((long) times, snapshot.errors().get(Errno.ENOSPC));
    OperationSnapshot write = snapshot.operation(Opcode.WRITE);
    assertEquals(2L * times, write.requests());
    assertEquals(2L * times, write.latency().count());
    assertEquals(10_000, write.latency().percentile(50), 10_000 / 16.0);
    assertEquals(20_000, write.latency().max(), 20_000 / 8.0);
    assertEquals(700, write.queueTime().max(), 700 / 8.0);
  }

  /** Touches every number a channel has. */
  private static void recordEverywhere(ChannelMetrics channel) {
    for (int opcode = 0; opcode < MetricsLayout.OPERATIONS; opcode++) {
      channel.received(opcode);
      for (int bucket = 0; bucket < HistogramBuckets.COUNT; bucket++) {
        long nanos = HistogramBuckets.middle(bucket);
        channel.completed(opcode, 1 + bucket % MetricsLayout.ERRNOS, nanos, nanos);
      }
    }
    channel.polled(true, 1);
    channel.polled(false, 1);
    channel.waited();
    channel.systemCall();
    channel.batch(1);
    channel.failed();
    channel.malformed();
    channel.interrupted();
    channel.blocked(1);
    channel.stolen(1);
    channel.detached();
    channel.abandoned();
  }

  private static Set<Integer> changedLines(byte[] before, byte[] after) {
    Set<Integer> lines = new HashSet<>();
    for (int at = 0; at < before.length; at += MetricsLayout.LINE) {
      int end = at + MetricsLayout.LINE;
      if (!Arrays.equals(before, at, end, after, at, end)) {
        lines.add(at / MetricsLayout.LINE);
      }
    }
    return lines;
  }
}
