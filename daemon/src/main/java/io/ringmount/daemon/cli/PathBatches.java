package io.ringmount.daemon.cli;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Takes as many paths as one request to a daemon may have. */
final class PathBatches {
  /** A daemon asks the backend for each of them before it answers. */
  private static final int COUNT = 64;

  /** Characters of the paths in one request, which has a limit. */
  private static final int LENGTH = 6 << 10;

  private PathBatches() {}

  /** The first of them, which go; none when there are none. */
  static List<String> take(Deque<String> paths) {
    List<String> batch = new ArrayList<>();
    int length = 0;
    while (batch.size() < COUNT && !paths.isEmpty() && length < LENGTH) {
      batch.add(paths.removeFirst());
      length += batch.getLast().length();
    }
    return batch;
  }
}
