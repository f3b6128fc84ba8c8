package io.ringmount.daemon.fs;

import io.ringmount.daemon.cache.Cache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the files be copied that are likely to be opened after those that are. For any thread. */
final class NextFiles {
  private static final Logger LOG = LoggerFactory.getLogger(NextFiles.class);

  /** Whoever opens more at once is not kept waiting, nor followed. */
  private static final int MOST_WAITING = 64;

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private final Cache cache;
  private final Copies copies;
  private final int root;
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * @param root descriptor of the source
   */
  NextFiles(Cache cache, Copies copies, int root) {
    this.cache = cache;
    this.copies = copies;
    this.root = root;
  }

  /** A file was opened to be read; the caller has a use of it. */
  void opened(OpenFile file) {
    if (waiting.incrementAndGet() > MOST_WAITING || file.acquire() < 0) {
      waiting.decrementAndGet();
      return;
    }
    cache.execute(() -> {
      try {
        guess(file.descriptor());
      } finally {
        file.release();
        waiting.decrementAndGet();
      }
    });
  }

  private void guess(int fd) {
    try {
      Path path = path(fd);
      Path top = path(root);
      if (path.startsWith(top)) {
        for (String each : cache.opened(top.relativize(path).toString())) {
          copies.warm(root, each, false);
        }
      }
    } catch (IOException | InvalidPathException e) {
      LOG.debug("not known by what name a file was opened: {}", e.toString());
    }
  }

  private static Path path(int fd) throws IOException {
    return Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(fd)));
  }
}
