package io.ringmount.daemon.cache;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The {@link Sequence}s of the directories in which files were opened lately. Not thread-safe. */
final class Sequences {
  private static final int MOST = 1024;

  private final int farthest;
  private final CacheCounters counters;

  private final Map<String, Sequence> byDirectory =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Sequence> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param farthest most files that are guessed at once; 0: none
   * @param counters are told what was guessed and what came true
   */
  Sequences(int farthest, CacheCounters counters) {
    this.farthest = farthest;
    this.counters = counters;
  }

  /**
   * A file was opened.
   *
   * @param path absolute or relative, the same way each time
   * @return the paths of those that are likely to be opened next
   */
  List<String> opened(String path) {
    if (farthest == 0) {
      return List.of();
    }
    int name = path.lastIndexOf('/') + 1;
    String directory = path.substring(0, name);
    return byDirectory
        .computeIfAbsent(directory, _ -> new Sequence(farthest, counters))
        .opened(path.substring(name))
        .stream()
        .map(each -> directory + each)
        .toList();
  }
}
