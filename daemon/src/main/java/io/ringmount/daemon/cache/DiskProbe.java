package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the cache's disk answers: a thread reads a page of it again and again, and as long as
 * that takes too long, nobody else should try. Where the file system knows no O_DIRECT, it is taken
 * to answer.
 */
final class DiskProbe implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskProbe.class);

  private static final long PAUSE_MILLIS = 500;

  /** Longer than any disk takes that works, however much others want of it. */
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long IDLE = Long.MAX_VALUE;

  private final CacheRoot root;
  private final Readiness readiness;
  private final AtomicBoolean told = new AtomicBoolean();

  /** When the read began that goes on; {@link #IDLE} when none does. */
  private volatile long begun = IDLE;

  DiskProbe(CacheRoot root, Readiness readiness) {
    this.root = root;
    this.readiness = readiness;
  }

  /** Whether who uses the disk now may wait for long. */
  boolean hangs() {
    long since = begun;
    boolean hangs = since != IDLE && System.nanoTime() - since > LIMIT_NANOS;
    if (hangs && told.compareAndSet(false, true)) {
      LOG.warn("the cache's disk does not answer: {}; the backend serves", root.path());
    }
    return hangs;
  }

  /** Reads until the cache is left. */
  @Override
  public void run() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(BlockMap.PAGE, BlockMap.PAGE);
      while (!readiness.hasLeft()) {
        begun = System.nanoTime();
        read(page.address());
        begun = IDLE;
        if (told.compareAndSet(true, false)) {
          LOG.info("the cache's disk answers again: {}", root.path());
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(long address) {
    try {
      int fd = root.openFormat(FileFlags.O_RDONLY | FileFlags.O_DIRECT | FileFlags.O_NOATIME);
      FileOps.pread(fd, address, BlockMap.PAGE, 0);
      FileOps.close(fd);
    } catch (LinuxException e) {
      LOG.debug("no probe of the cache's disk: {}", e.getMessage());
    }
  }
}
