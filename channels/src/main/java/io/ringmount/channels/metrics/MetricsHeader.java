package io.ringmount.channels.metrics;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The first bytes of a metrics file, from which a reader knows that it can read the rest.
 *
 * <pre>
 *   header                               identity of a channel
 *   +-----------------------------+ 0    +---------------------------+ 0
 *   | magic                       |      | CPU, -1 where none   (4)  |
 *   +-----------------------------+ 8    +---------------------------+ 4
 *   | version                (4)  |      | length of the name   (4)  |
 *   +-----------------------------+ 12   +---------------------------+ 8
 *   | channels               (4)  |      | name, ASCII          (64) |
 *   +-----------------------------+ 16   +---------------------------+
 *   | length of the file          |
 *   +-----------------------------+ 24
 *   | offset of the metadata      |
 *   +-----------------------------+ 32
 *   | offset of the values        |
 *   +-----------------------------+ 40
 *   | offset of the sections      |
 *   +-----------------------------+ 48
 *   | counters of a channel  (4)  |
 *   +-----------------------------+ 52
 *   | length of a section    (4)  |
 *   +-----------------------------+ 56
 *   | counted since, ms of epoch  |
 *   +-----------------------------+ 64
 *   | processes              (4)  |
 *   +-----------------------------+
 * </pre>
 *
 * The magic is written last, so that a file under construction is none. Version and channels say
 * all; the next fields are for programs that know Agrona only, and must agree. The last two are
 * about all that has been counted: since when, and by how many processes, this one included.
 */
final class MetricsHeader {
  /** Of the layout, the order of {@link Metric} and the buckets of histograms. */
  static final int VERSION = 5;

  static final int MAGIC_OFFSET = 0;
  static final int VERSION_OFFSET = 8;
  static final int CHANNELS_OFFSET = 12;
  static final int LENGTH_OFFSET = 16;
  static final int METADATA_OFFSET = 24;
  static final int VALUES_OFFSET = 32;
  static final int SECTIONS_OFFSET = 40;
  static final int COUNTERS_OFFSET = 48;
  static final int SECTION_LENGTH_OFFSET = 52;
  static final int SINCE_OFFSET = 56;
  static final int PROCESSES_OFFSET = 64;

  /** "RINGMTRC" on a little-endian machine. */
  private static final long MAGIC = 0x4352_544D_474E_4952L;

  private static final int CPU_OFFSET = 0;
  private static final int NAME_LENGTH_OFFSET = 4;
  private static final int NAME_OFFSET = 8;

  private MetricsHeader() {}

  /**
   * Writes all but the magic.
   *
   * @param start the file from its beginning to the metadata at least
   */
  static void write(UnsafeBuffer start, MetricsLayout layout, List<ChannelIdentity> identities) {
    start.putInt(VERSION_OFFSET, VERSION);
    start.putInt(CHANNELS_OFFSET, layout.channels());
    start.putLong(LENGTH_OFFSET, layout.length());
    start.putLong(METADATA_OFFSET, layout.metadataOffset());
    start.putLong(VALUES_OFFSET, layout.valuesOffset());
    start.putLong(SECTIONS_OFFSET, layout.sectionOffset(0));
    start.putInt(COUNTERS_OFFSET, MetricsLayout.COUNTERS);
    start.putInt(SECTION_LENGTH_OFFSET, MetricsLayout.SECTION_LENGTH);
    start.putLong(SINCE_OFFSET, System.currentTimeMillis());
    start.putInt(PROCESSES_OFFSET, 1);
    for (int i = 0; i < identities.size(); i++) {
      ChannelIdentity identity = identities.get(i);
      int at = (int) layout.identityOffset(i);
      start.putInt(at + CPU_OFFSET, identity.cpu());
      start.putInt(at + NAME_LENGTH_OFFSET, identity.name().length());
      start.putBytes(at + NAME_OFFSET, identity.name().getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** Makes what was written valid, after everything else. */
  static void publish(UnsafeBuffer start) {
    start.putLongRelease(MAGIC_OFFSET, MAGIC);
  }

  /** Makes the file tell of earlier processes as well. */
  static void follow(UnsafeBuffer start, MetricsHistory earlier) {
    start.putLongRelease(SINCE_OFFSET, earlier.since().toEpochMilli());
    start.putIntRelease(PROCESSES_OFFSET, earlier.processes() + 1);
  }

  /**
   * The layout of the file in {@code source}.
   *
   * @throws IOException when it is not a complete metrics file of this version
   */
  static MetricsLayout read(MetricsSource source) throws IOException {
    require(source, source.length() >= MetricsLayout.LINE, "too short for a metrics file");
    ByteBuffer header = source.read(0, MetricsLayout.LINE);
    require(
        source, header.getLong(MAGIC_OFFSET) == MAGIC, "not a metrics file, or not complete yet");
    int version = header.getInt(VERSION_OFFSET);
    require(source, version == VERSION, "metrics of format " + version + ", expected " + VERSION);
    int channels = header.getInt(CHANNELS_OFFSET);
    require(
        source, channels >= 1 && channels <= MetricsLayout.MAX_CHANNELS, channels + " channels");
    MetricsLayout layout = new MetricsLayout(channels);
    require(
        source,
        header.getLong(LENGTH_OFFSET) == layout.length()
            && header.getLong(METADATA_OFFSET) == layout.metadataOffset()
            && header.getLong(VALUES_OFFSET) == layout.valuesOffset()
            && header.getLong(SECTIONS_OFFSET) == layout.sectionOffset(0)
            && header.getInt(COUNTERS_OFFSET) == MetricsLayout.COUNTERS
            && header.getInt(SECTION_LENGTH_OFFSET) == MetricsLayout.SECTION_LENGTH,
        "the header contradicts itself");
    require(
        source,
        source.length() == layout.length(),
        source.length() + " bytes, expected " + layout.length());
    return layout;
  }

  /**
   * @throws IOException when a name or CPU number is none
   */
  static List<ChannelIdentity> identities(MetricsSource source, MetricsLayout layout)
      throws IOException {
    List<ChannelIdentity> result = new ArrayList<>(layout.channels());
    for (int i = 0; i < layout.channels(); i++) {
      ByteBuffer record = source.read(layout.identityOffset(i), MetricsLayout.LINE);
      int length = record.getInt(NAME_LENGTH_OFFSET);
      require(
          source,
          length >= 0 && length <= ChannelIdentity.MAX_NAME_LENGTH,
          "name of " + length + " characters of channel " + i);
      byte[] name = new byte[length];
      record.get(NAME_OFFSET, name);
      try {
        result.add(
            new ChannelIdentity(
                new String(name, StandardCharsets.ISO_8859_1), record.getInt(CPU_OFFSET)));
      } catch (IllegalArgumentException e) {
        throw source.refusal("channel " + i + ": " + e.getMessage());
      }
    }
    return List.copyOf(result);
  }

  private static void require(MetricsSource source, boolean condition, String otherwise)
      throws IOException {
    if (!condition) {
      throw source.refusal(otherwise);
    }
  }
}
