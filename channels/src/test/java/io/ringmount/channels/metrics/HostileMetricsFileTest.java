package io.ringmount.channels.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.wire.Opcode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file holds, opening and reading it ends in numbers or in an IOException. */
@Timeout(60)
class HostileMetricsFileTest {
  @TempDir Path directory;

  private Path path;
  private UnsafeBuffer good;
  private MetricsLayout layout;

  @BeforeEach
  void writeGoodFile() throws IOException {
    path = directory.resolve("metrics");
    List<ChannelIdentity> identities =
        List.of(new ChannelIdentity("channel-0", 0), new ChannelIdentity("channel-1", 1));
    MetricsFile file = MetricsFile.create(path, identities);
    file.channels().get(0).received(Opcode.READ);
    file.channels().get(0).completed(Opcode.READ, 0, 1_000, 2_000);
    good = new UnsafeBuffer(Files.readAllBytes(path));
    layout = new MetricsLayout(identities.size());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.00001, 0.0001, 0.001, 0.3, 0.999999})
  void truncatedFileIsRefused(double part) throws IOException {
    truncate((long) (good.capacity() * part));
    assertRefused("metrics");
  }

  @Test
  void longerFileIsRefused() throws IOException {
    Files.write(path, new byte[1], StandardOpenOption.APPEND);
    assertRefused("bytes, expected");
  }

  @Test
  void fileUnderConstructionIsRefused() throws IOException {
    good.putLong(MetricsHeader.MAGIC_OFFSET, 0);
    assertRefused(good, "not complete yet");
  }

  @Test
  void otherMagicIsRefused() throws IOException {
    good.putByte(MetricsHeader.MAGIC_OFFSET + 7, (byte) 'X');
    assertRefused(good, "not a metrics file");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, MetricsHeader.VERSION + 1, -1, Integer.MAX_VALUE})
  void otherVersionIsRefused(int version) throws IOException {
    good.putInt(MetricsHeader.VERSION_OFFSET, version);
    assertRefused(good, "metrics of format " + version + ", expected " + MetricsHeader.VERSION);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 8193, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void absurdNumberOfChannelsIsRefused(int channels) throws IOException {
    good.putInt(MetricsHeader.CHANNELS_OFFSET, channels);
    assertRefused(good, channels + " channels");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        MetricsHeader.LENGTH_OFFSET,
        MetricsHeader.METADATA_OFFSET,
        MetricsHeader.VALUES_OFFSET,
        MetricsHeader.SECTIONS_OFFSET,
        MetricsHeader.COUNTERS_OFFSET,
        MetricsHeader.SECTION_LENGTH_OFFSET
      })
  void offsetsThatDoNotAgreeAreRefused(int field) throws IOException {
    for (int value : new int[] {0, -1, Integer.MAX_VALUE, good.getInt(field) + 128}) {
      UnsafeBuffer bad = copy();
      bad.putInt(field, value);
      assertRefused(bad, "contradicts itself");
    }
  }

  @Test
  void headerOfALargerFileIsRefused() throws IOException {
    UnsafeBuffer larger = new UnsafeBuffer(new byte[MetricsLayout.LINE]);
    larger.putBytes(0, good, 0, MetricsLayout.LINE);
    MetricsHeader.write(larger, new MetricsLayout(MetricsLayout.MAX_CHANNELS), List.of());
    good.putBytes(0, larger, 0, MetricsLayout.LINE);
    assertRefused(good, good.capacity() + " bytes, expected ");
  }

  @ParameterizedTest
  @CsvSource({
    "4, 0, of 0 characters",
    "4, -1, of -1 characters",
    "4, 65, of 65 characters",
    "4, 2147483647, of 2147483647 characters",
    "8, 10, not printable ASCII",
    "0, -2, CPU -2"
  })
  void identityThatIsNoneIsRefused(int field, int value, String reason) throws IOException {
    good.putInt((int) layout.identityOffset(1) + field, value);
    assertRefused(good, reason);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE})
  void impossibleHistogramIsRefused(long count) throws IOException {
    int bucket = (int) layout.sectionOffset(0) + MetricsLayout.latencyOffset(Opcode.READ);
    good.putLong(bucket, count);
    Files.write(path, good.byteArray());
    try (MetricsReader reader = MetricsReader.open(path)) {
      IOException refusal = assertThrows(IOException.class, () -> reader.snapshot(0));
      assertTrue(refusal.getMessage().contains("damaged"), refusal::getMessage);
      assertEquals(0, reader.snapshot(1).value(Metric.REQUESTS));
    }
  }

  @Test
  void fileThatIsCutWhileItIsReadIsRefused() throws IOException {
    try (MetricsReader reader = MetricsReader.open(path)) {
      assertEquals(1, reader.snapshot(0).operation(Opcode.READ).latency().count());
      truncate(layout.sectionOffset(0));
      IOException refusal = assertThrows(IOException.class, () -> reader.snapshot(0));
      assertTrue(refusal.getMessage().contains("ends at byte"), refusal::getMessage);
    }
  }

  @Test
  void whatIsNoFileIsRefused() throws Exception {
    path = directory;
    assertRefused("not a regular file");
    path = directory.resolve("fifo");
    assertEquals(0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
    assertRefused("not a regular file");
    path = directory.resolve("absent");
    assertRefused("absent");
  }

  @Test
  void noiseEndsInNumbersOrAnException() throws IOException {
    Random random = new Random(1);
    int values = (int) layout.valuesOffset();
    int section = (int) layout.sectionOffset(0);
    for (int round = 0; round < 50; round++) {
      UnsafeBuffer header = noise(random, 0, 8 + random.nextInt(100));
      assertRefused(header, "");
      assertTrue(isDamaged(noise(random, section, MetricsLayout.SECTION_LENGTH)));
      assertFalse(isDamaged(noise(random, values, section - values)));
      assertFalse(isDamaged(noise(random, section, MetricsLayout.SUMMARY_LENGTH)));
    }
  }

  private UnsafeBuffer noise(Random random, int from, int length) {
    UnsafeBuffer bad = copy();
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    bad.putBytes(from, noise);
    return bad;
  }

  /** Opens without complaint; whether reading then complains. */
  private boolean isDamaged(UnsafeBuffer content) throws IOException {
    Files.write(path, content.byteArray());
    try (MetricsReader reader = MetricsReader.open(path)) {
      MetricsSnapshot total = reader.total();
      total.minus(total).plus(total).operations().forEach(each -> each.latency().percentile(99));
      return false;
    } catch (IOException e) {
      assertTrue(e.getMessage().contains("damaged"), e::getMessage);
      return true;
    }
  }

  private UnsafeBuffer copy() {
    return new UnsafeBuffer(good.byteArray().clone());
  }

  private void truncate(long length) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      file.truncate(length);
    }
  }

  private void assertRefused(UnsafeBuffer content, String reason) throws IOException {
    Files.write(path, content.byteArray());
    assertRefused(reason);
  }

  private void assertRefused(String reason) {
    IOException refusal = assertThrows(IOException.class, () -> MetricsReader.open(path).close());
    assertTrue(refusal.getMessage().contains(reason), refusal::getMessage);
    assertTrue(refusal.getMessage().startsWith(path.toString()), refusal::getMessage);
  }
}
