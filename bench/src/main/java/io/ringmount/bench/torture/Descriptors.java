package io.ringmount.bench.torture;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The open descriptors of a process, by kind: what {@code /proc/PID/fd} links to, where all numbers
 * are the same. Files with a name beneath the mirrored directory are not counted, since a daemon
 * holds them for speed as long as the kernel remembers them.
 *
 * @param byKind how many there are
 */
record Descriptors(Map<String, Integer> byKind) {
  static final String DELETED_SOURCE = "deleted file of the source";

  private static final String DELETED = " (deleted)";

  Descriptors {
    byKind = Map.copyOf(byKind);
  }

  /**
   * Those of a process at present.
   *
   * @param source the mirrored directory, by its real path
   */
  static Descriptors of(long pid, Path source) throws IOException {
    List<String> links = new ArrayList<>();
    try (DirectoryStream<Path> open =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
      for (Path each : open) {
        try {
          links.add(Files.readSymbolicLink(each).toString());
        } catch (NoSuchFileException closedMeanwhile) {
          continue;
        }
      }
    }
    return of(links, source);
  }

  /** Those that {@code /proc} shows like this. */
  static Descriptors of(List<String> links, Path source) {
    SortedMap<String, Integer> counted = new TreeMap<>();
    String beneath = source + "/";
    for (String link : links) {
      boolean ofSource = link.startsWith(beneath);
      if (ofSource && !link.endsWith(DELETED)) {
        continue;
      }
      String kind = ofSource ? DELETED_SOURCE : link.replaceAll("[0-9]+", "#");
      counted.merge(kind, 1, Integer::sum);
    }
    return new Descriptors(counted);
  }

  int total() {
    return byKind.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** The kinds of which {@code later} has more, by more than the allowance, in words. */
  List<String> growth(Descriptors later, int allowance) {
    List<String> grown = new ArrayList<>();
    new TreeMap<>(later.byKind())
        .forEach((kind, now) -> {
          int before = byKind.getOrDefault(kind, 0);
          if (now - before > allowance) {
            grown.add("%d descriptors of %s, before %d".formatted(now, kind, before));
          }
        });
    return grown;
  }
}
