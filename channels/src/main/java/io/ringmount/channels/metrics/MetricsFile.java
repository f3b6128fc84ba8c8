package io.ringmount.channels.metrics;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersManager;

/**
 * The metrics of the channels of one mount, in memory that other processes can read.
 *
 * <p>Needs no closing: the memory stays mapped for as long as this object or one of its {@link
 * ChannelMetrics} is in use, hence a thread that ends late records into valid memory. The file
 * itself stays until somebody deletes it. Any thread.
 */
public final class MetricsFile {
  private static final int ZEROS = 64 * 1024;

  /** Stands for all earlier processes where a channel's name would be. */
  private static final String HISTORY = "earlier";

  private static final FileAttribute<?> FOR_OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final MemorySegment memory;
  private final MetricsLayout layout;
  private final List<ChannelIdentity> identities;
  private final List<ChannelMetrics> channels;
  private final HistoryRecord history;

  private MetricsFile(
      MemorySegment memory, MetricsLayout layout, List<ChannelIdentity> identities) {
    this.memory = memory;
    this.layout = layout;
    this.identities = identities;
    this.channels =
        IntStream.range(0, layout.channels())
            .mapToObj(i -> new ChannelMetrics(counters(i), section(i)))
            .toList();
    this.history = new HistoryRecord(counters(layout.history()), section(layout.history()));
  }

  /**
   * Makes a file in which everything is 0, in the place of an older one.
   *
   * <p>All of its blocks are allocated: about 290 KB a channel, and as much for what earlier
   * processes have counted. A store to a mapped hole would fault when the file system is full.
   *
   * @param identities of the channels, 1 to 8192
   */
  public static MetricsFile create(Path path, List<ChannelIdentity> identities) throws IOException {
    MetricsLayout layout = new MetricsLayout(identities.size());
    Files.deleteIfExists(path);
    try (FileChannel file =
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            FOR_OWNER_ONLY)) {
      try {
        allocate(file, layout.length());
        return write(
            file.map(FileChannel.MapMode.READ_WRITE, 0, layout.length(), Arena.ofAuto()),
            layout,
            identities);
      } catch (IOException | RuntimeException | Error e) {
        Files.deleteIfExists(path);
        throw e;
      }
    }
  }

  /**
   * Makes the same in memory of this process alone.
   *
   * @param identities of the channels, 1 to 8192
   */
  public static MetricsFile inMemory(List<ChannelIdentity> identities) {
    MetricsLayout layout = new MetricsLayout(identities.size());
    return write(Arena.ofAuto().allocate(layout.length(), MetricsLayout.LINE), layout, identities);
  }

  private static void allocate(FileChannel file, long length) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);
    for (long at = 0; at < length; ) {
      zeros.position(0).limit((int) Math.min(ZEROS, length - at));
      at += file.write(zeros, at);
    }
  }

  /** Fills in what does not change; {@code memory} is all zero. */
  private static MetricsFile write(
      MemorySegment memory, MetricsLayout layout, List<ChannelIdentity> identities) {
    MetricsFile file = new MetricsFile(memory, layout, List.copyOf(identities));
    UnsafeBuffer start = file.buffer(0, (int) layout.metadataOffset());
    MetricsHeader.write(start, layout, file.identities);
    CountersManager counters =
        new CountersManager(
            file.buffer(layout.metadataOffset(), layout.metadataLength()),
            file.buffer(layout.valuesOffset(), layout.valuesLength()),
            StandardCharsets.US_ASCII);
    for (int i = 0; i < layout.channels(); i++) {
      allocate(counters, i, file.identities.get(i).name());
    }
    allocate(counters, layout.history(), HISTORY);
    MetricsHeader.publish(start);
    return file;
  }

  /** Ids are given out from 0 on, which is the order of MetricsLayout. */
  private static void allocate(CountersManager counters, int record, String name) {
    for (Metric metric : Metric.STORED) {
      counters.allocate(
          name + " " + metric.exportedName(), metric.typeId(), key -> key.putInt(0, record));
    }
  }

  private UnsafeBuffer counters(int record) {
    return buffer(layout.valuesOffset(record), MetricsLayout.VALUES_LENGTH);
  }

  private UnsafeBuffer section(int record) {
    return buffer(layout.sectionOffset(record), MetricsLayout.SECTION_LENGTH);
  }

  private UnsafeBuffer buffer(long offset, int length) {
    return new UnsafeBuffer(memory.asSlice(offset, length).asByteBuffer());
  }

  /** The faces of the channels to record through, in the order they were given. */
  public List<ChannelMetrics> channels() {
    return channels;
  }

  /**
   * Says what was counted by the processes before this one, in place of what was said before. May
   * be said again with larger numbers, while one of them has not ended.
   */
  public synchronized void follow(MetricsHistory earlier) {
    history.write(earlier.counted());
    MetricsHeader.follow(buffer(0, MetricsLayout.LINE), earlier);
  }

  /** A view of what is recorded here; needs no closing. */
  public MetricsReader reader() {
    return new MetricsReader(MetricsSource.of(memory), layout, identities);
  }
}
