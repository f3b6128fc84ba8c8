package io.ringmount.daemon.cache;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of the copies, one record after the other, so that the next process knows what is
 * there without looking. A record is in memory that outlives this process before the call returns;
 * it reaches the disk when the kernel likes.
 *
 * <p>The first record says during which run of the machine the rest was written. If that has ended,
 * the end of the journal may be missing.
 *
 * <p>A journal that cannot be written is written no more, and the copies are as good as without.
 * Methods are for any thread.
 *
 * @see <a href="https://github.com/OpenHFT/Chronicle-Queue">Chronicle Queue</a>, whose format it is
 */
final class Journal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  /** The first field of the first record. */
  private static final long FORMAT = 0x31_4c_4e_52_4a_45_48_43L;

  private static final byte COPY = 1;
  private static final byte USE = 2;
  private static final byte GONE = 3;
  private static final byte PIN = 4;
  private static final byte UNPIN = 5;

  /** The file grows by so much; what is not written of it takes no room. */
  private static final int BLOCK = 4 << 20;

  /** Nobody else writes: what is not complete by then is damaged. */
  private static final long PATIENCE_MILLIS = 200;

  private final ChronicleQueue queue;
  private final ExcerptAppender appender;
  private final Runnable onBreak;
  private long records;
  private boolean broken;

  private Journal(ChronicleQueue queue, Runnable onBreak) {
    this.queue = queue;
    this.onBreak = onBreak;
    this.appender = queue.createAppender();
    appender.singleThreadedCheckDisabled(true);
  }

  private static SingleChronicleQueueBuilder at(Path path) {
    return SingleChronicleQueueBuilder.binary(path)
        .rollCycle(RollCycles.FAST_DAILY)
        .blockSize(BLOCK)
        .timeoutMS(PATIENCE_MILLIS);
  }

  /**
   * Begins a journal in a directory that is not there.
   *
   * @param run of the machine
   * @param onBreak is run when it cannot be written, before anything changes that it does not tell
   */
  static Journal begin(Path path, String run, Runnable onBreak) {
    Journal journal = new Journal(at(path).build(), onBreak);
    try (DocumentContext document = journal.appender.writingDocument()) {
      document.wire().bytes().writeLong(FORMAT).writeUtf8(run);
    }
    return journal;
  }

  /**
   * Reads a journal that nobody writes.
   *
   * @return during which run of the machine it was written
   * @throws RuntimeException this is no journal, or a damaged one; the reader was told a part of it
   */
  static String read(Path path, JournalReader reader) {
    try (ChronicleQueue queue = at(path).readOnly(true).build();
        ExcerptTailer tailer = queue.createTailer()) {
      String run;
      try (DocumentContext document = tailer.readingDocument()) {
        if (!document.isPresent() || document.wire().bytes().readLong() != FORMAT) {
          throw new IllegalStateException(path + " is no journal");
        }
        run = document.wire().bytes().readUtf8();
      }
      boolean more = true;
      while (more) {
        try (DocumentContext document = tailer.readingDocument()) {
          more = document.isPresent();
          if (more) {
            read(document.wire().bytes(), reader);
          }
        }
      }
      return run;
    }
  }

  private static void read(Bytes<?> record, JournalReader reader) {
    byte kind = record.readByte();
    FileKey key = new FileKey(record.readLong(), record.readLong());
    switch (kind) {
      case COPY -> reader.copy(key, record.readLong(), record.readLong(), record.readInt());
      case USE -> reader.use(key, record.readLong());
      case GONE -> reader.gone(key);
      case PIN -> reader.pin(key, record.readLong());
      case UNPIN -> reader.unpin(key);
      default -> throw new IllegalStateException("a record of kind " + kind);
    }
  }

  void copy(Entry entry) {
    append(COPY, entry.key, entry.bytes, entry.used, entry.uses);
  }

  void use(Entry entry) {
    append(USE, entry.key, entry.used, 0, 0);
  }

  void gone(FileKey key) {
    append(GONE, key, 0, 0, 0);
  }

  void pin(FileKey key, long bytes) {
    append(PIN, key, bytes, 0, 0);
  }

  void unpin(FileKey key) {
    append(UNPIN, key, 0, 0, 0);
  }

  private synchronized void append(byte kind, FileKey key, long first, long second, int third) {
    if (broken) {
      return;
    }
    try (DocumentContext document = appender.writingDocument()) {
      Bytes<?> record = document.wire().bytes();
      record.writeByte(kind).writeLong(key.device()).writeLong(key.inode());
      record.writeLong(first).writeLong(second).writeInt(third);
      records++;
    } catch (RuntimeException | InternalError e) {
      // The latter where the disk has no room for what is mapped.
      broken = true;
      onBreak.run();
      LOG.warn("the journal of the cache cannot be written: {}", e.toString());
    }
  }

  /** How many records there are beside the first. */
  synchronized long records() {
    return records;
  }

  synchronized boolean isBroken() {
    return broken;
  }

  @Override
  public synchronized void close() {
    broken = true;
    appender.close();
    queue.close();
  }
}
