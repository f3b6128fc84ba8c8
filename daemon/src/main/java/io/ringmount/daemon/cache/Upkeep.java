package io.ringmount.daemon.cache;

import io.ringmount.daemon.cache.CacheDirectory.Finder;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Gets the directory's lock, learns what is there, then sees to it that the bounds are kept. */
final class Upkeep implements Runnable {
  private static final long GLANCE_MILLIS = 50;
  private static final long TRIM_MILLIS = 2_000;

  private final CacheRoot root;
  private final CacheDirectory directory;
  private final Index index;
  private final CopyTable copies;
  private final Readiness readiness;

  Upkeep(
      CacheRoot root,
      CacheDirectory directory,
      Index index,
      CopyTable copies,
      Readiness readiness) {
    this.root = root;
    this.directory = directory;
    this.index = index;
    this.copies = copies;
    this.readiness = readiness;
  }

  /** Goes on until the cache is left. */
  @Override
  public void run() {
    try {
      while (!readiness.hasLeft()) {
        long pause = TRIM_MILLIS;
        try {
          pause = attend();
        } catch (IOException | RuntimeException e) {
          // Reading a directory fails with an exception of the latter kind.
          readiness.trouble(e.getMessage());
        }
        TimeUnit.MILLISECONDS.sleep(pause);
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  /** Does what is to be done now; returns how long that may last, in milliseconds. */
  private long attend() throws IOException {
    if (!root.lock()) {
      return GLANCE_MILLIS;
    }
    if (!root.isIntact()) {
      readiness.unready();
      readiness.trouble("somebody has removed " + root.path());
      index.clear();
      root.reopen();
      return GLANCE_MILLIS;
    }
    if (readiness.isReady()) {
      copies.trim();
    } else {
      directory.scan(new Found(), () -> !readiness.hasLeft());
      readiness.ready();
    }
    return TRIM_MILLIS;
  }

  private final class Found implements Finder {
    @Override
    public void copy(FileKey key, long size, long used) {
      index.found(key, size, used);
    }

    @Override
    public void pin(FileKey key) {
      index.foundPin(key);
    }
  }
}
