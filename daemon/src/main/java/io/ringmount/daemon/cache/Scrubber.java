package io.ringmount.daemon.cache;

import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the copies be compared to their checksums: all of them now and then, slowly, and those that
 * somebody asks for at once. Methods are for any thread.
 */
final class Scrubber implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);

  /** From the end of a pass over all copies to the beginning of the next. */
  private static final Duration INTERVAL = Duration.ofDays(7);

  /** A pass that nobody asked for reads no more in a second. */
  private static final long SLOW_BYTES = 16L << 20;

  private static final long GLANCE_MILLIS = 1_000;

  private final CacheRoot root;
  private final CacheDirectory directory;
  private final Index index;
  private final CopyTable copies;
  private final Readiness readiness;
  private final int blockBytes;

  private long passes;

  /** The last that was asked for; null before the first. */
  private ScrubPass asked;

  /** It, until it begins. */
  private final BlockingQueue<ScrubPass> waiting = new ArrayBlockingQueue<>(1);

  Scrubber(
      CacheRoot root,
      CacheDirectory directory,
      Index index,
      CopyTable copies,
      Readiness readiness,
      int blockBytes) {
    this.root = root;
    this.directory = directory;
    this.index = index;
    this.copies = copies;
    this.readiness = readiness;
    this.blockBytes = blockBytes;
  }

  /** Asks for copies to be compared, in place of those that were asked for before. */
  synchronized Verification begin(List<FileKey> keys) {
    asked = pass(keys);
    waiting.clear();
    waiting.add(asked);
    return asked.state();
  }

  private synchronized ScrubPass pass(List<FileKey> keys) {
    return new ScrubPass(++passes, keys, directory, copies, readiness);
  }

  /** How far a pass is, if it is the last that was asked for. */
  synchronized Verification state(long pass) {
    return asked != null && asked.number() == pass ? asked.state() : Verification.NONE;
  }

  /** Compares until the cache is left. */
  @Override
  public void run() {
    try {
      while (!readiness.hasLeft()) {
        ScrubPass next = waiting.poll(GLANCE_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          next.run(blockBytes, () -> !isReplaced(next));
        } else if (readiness.isReady()) {
          runIfDue();
        }
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isReplaced(ScrubPass pass) {
    return readiness.hasLeft() || asked != pass;
  }

  private void runIfDue() {
    try {
      Instant last = root.verified().toInstant();
      if (Duration.between(last, Instant.now()).compareTo(INTERVAL) > 0) {
        runSlowly(pass(index.keys()));
      }
    } catch (IOException e) {
      LOG.debug("not known when copies were compared to their checksums: {}", e.toString());
    }
  }

  private void runSlowly(ScrubPass pass) throws IOException {
    boolean whole =
        pass.run(
            blockBytes,
            () -> {
              pause();
              return !readiness.hasLeft() && waiting.isEmpty();
            });
    Verification outcome = pass.state();
    if (whole) {
      root.verified(FileTime.from(Instant.now()));
      LOG.info(
          "{} copies compared to their checksums: {} bad blocks",
          outcome.files(),
          outcome.badBlocks());
    }
  }

  /** As long as a block may take. */
  private void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(1) * blockBytes / SLOW_BYTES);
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }
}
