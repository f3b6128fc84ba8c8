package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Statx;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.BufferUtil;

/**
 * Completes copies, some files at a time: fetches what no application has read, and has it last.
 * Its threads may wait for the backend and the cache's disk as long as they like.
 */
final class Filler {
  /** Files that wait for their turn; each keeps a descriptor. */
  private static final int QUEUE = 1024;

  /** How long to wait for applications to pause, or for what they read to be written. */
  private static final long WAIT_MILLIS = 2;

  private static final long IDLE_SECONDS = 10;
  private static final long NOTE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CopyTable copies;
  private final CacheDirectory directory;
  private final Readiness readiness;
  private final Pace pace;
  private final int blockBytes;
  private final boolean syncsSource;

  /** One for each thread that fills. */
  private final Buffers rooms;

  private final ThreadPoolExecutor threads;
  private final LongAdder fetched = new LongAdder();
  private volatile boolean closed;

  /**
   * @param syncsSource whether what was written to the backend's file has to be on its disk before
   *     its times tell of all that is written later
   */
  Filler(
      CopyTable copies,
      CacheDirectory directory,
      Readiness readiness,
      Pace pace,
      CacheOptions options,
      boolean syncsSource) {
    this.copies = copies;
    this.directory = directory;
    this.readiness = readiness;
    this.pace = pace;
    this.blockBytes = options.blockBytes();
    this.syncsSource = syncsSource;
    this.rooms = new Buffers(blockBytes, options.fills());
    AtomicLong number = new AtomicLong();
    threads =
        new ThreadPoolExecutor(
            options.fills(),
            options.fills(),
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(QUEUE),
            each ->
                Thread.ofPlatform()
                    .daemon()
                    .name("cache-fill-" + number.getAndIncrement())
                    .unstarted(each));
    threads.allowCoreThreadTimeOut(true);
  }

  /** A block's worth of memory. */
  ByteBuffer newRoom() {
    return ByteBuffer.allocateDirect(blockBytes);
  }

  /** Has a file be filled in its turn; false when too many wait. */
  boolean submit(CachedFile file) {
    file.retain();
    try {
      threads.execute(() -> fill(file));
      return true;
    } catch (RejectedExecutionException full) {
      copies.close(file);
      return false;
    }
  }

  private void fill(CachedFile file) {
    ByteBuffer room = rooms.take();
    try {
      if (room == null) {
        return; // There is no memory for it; another opening tries again.
      }
      while (!closed && !readiness.isReady()) {
        TimeUnit.MILLISECONDS.sleep(WAIT_MILLIS);
      }
      long noted = System.nanoTime();
      while (!closed && prepare(file, room) && !file.isWhole()) {
        fetch(file, room);
        if (System.nanoTime() - noted > NOTE_NANOS) {
          copies.note(file, 0, false);
          noted = System.nanoTime();
        }
      }
      if (!closed && file.isFilling()) {
        complete(file);
      }
    } catch (LinuxException e) {
      copies.unwritable(file, e);
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    } finally {
      if (room != null) {
        rooms.give(room);
      }
      copies.filled(file);
      copies.close(file);
    }
  }

  /** Makes the copy's file unless it is there; whether it is, and to be filled. */
  private boolean prepare(CachedFile file, ByteBuffer room) throws LinuxException {
    file.preparing().lock();
    try {
      if (file.isFilling() && !file.isPrepared()) {
        if (!copies.reserve(file)) {
          // What there may be of another version goes too.
          copies.end(file, CachedFile.State.STALE);
        } else if (!syncsSource || isSettled(file)) {
          BlockMap before = copies.make(file);
          if (before != null) {
            file.adopt(before, room);
          }
        }
      }
    } finally {
      file.preparing().unlock();
    }
    return file.isFilling();
  }

  private boolean isSettled(CachedFile file) {
    FileOps.fdatasync(file.source());
    boolean settled = isUnchanged(file);
    if (!settled) {
      copies.end(file, CachedFile.State.STALE);
    }
    return settled;
  }

  private static boolean isUnchanged(CachedFile file) {
    try (Arena arena = Arena.ofConfined()) {
      long statx = arena.allocate(Statx.SIZE, Long.BYTES).address();
      int now = FileFlags.AT_EMPTY_PATH | FileFlags.AT_STATX_FORCE_SYNC;
      return FileOps.statx(file.source(), FileOps.EMPTY_PATH, now, FileVersion.WANTED, statx) >= 0
          && file.version().is(statx);
    }
  }

  private void fetch(CachedFile file, ByteBuffer room) throws InterruptedException, LinuxException {
    boolean quiet = pace.isQuiet();
    BlockMap.Range range = file.missing(!quiet);
    if (range == null || !(quiet || pace.tryFetch())) {
      TimeUnit.MILLISECONDS.sleep(WAIT_MILLIS);
      return;
    }
    long begin = System.nanoTime();
    long result =
        FileIo.read(file.source(), BufferUtil.address(room), range.length(), range.offset());
    if (!quiet) {
      pace.fetched(System.nanoTime() - begin);
    }
    if (result == range.length()) {
      fetched.add(result);
      file.write(room, range.offset(), range.length(), room);
    } else if (result >= 0) {
      copies.end(file, CachedFile.State.STALE);
    } else {
      // The reader will hear of it from the backend itself.
      copies.end(file, CachedFile.State.LEFT);
    }
  }

  /** Writes what came from the backend, if the file is still to be filled. Any thread. */
  void write(CachedFile file, ByteBuffer data, long offset, int length, ByteBuffer room) {
    try {
      if (readiness.isReady() && prepare(file, room)) {
        file.write(data, offset, length, room);
      }
    } catch (LinuxException e) {
      copies.unwritable(file, e);
    }
  }

  private void complete(CachedFile file) throws LinuxException {
    file.sync();
    if (!isUnchanged(file)) {
      copies.end(file, CachedFile.State.STALE);
      return;
    }
    if (copies.note(file, Instant.now().getEpochSecond(), true) && copies.publish(file)) {
      directory.syncNames(file.key());
    }
  }

  /** Whether what applications read may be taken for the content at this time. */
  boolean takesReads() {
    return !syncsSource;
  }

  /** Bytes fetched from the backend that no application had asked for. */
  long fetchedBytes() {
    return fetched.sum();
  }

  int filling() {
    return threads.getActiveCount();
  }

  /** Has the threads end soon; those that wait for the backend end with the process. */
  void close() {
    closed = true;
    threads.shutdownNow();
  }
}
