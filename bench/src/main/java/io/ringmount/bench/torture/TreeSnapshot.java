package io.ringmount.bench.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Everything under a directory: names, types, permissions, links, times and content. Nobody changes
 * it meanwhile.
 */
final class TreeSnapshot {
  private final Map<String, String> entries;

  private TreeSnapshot(Map<String, String> entries) {
    this.entries = entries;
  }

  static TreeSnapshot of(Path root) throws IOException {
    Map<String, String> entries = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.toList()) {
        entries.put(root.relativize(path).toString(), describe(path));
      }
    }
    return new TreeSnapshot(entries);
  }

  private static String describe(Path path) throws IOException {
    Map<String, Object> found =
        Files.readAttributes(
            path, "unix:mode,size,nlink,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
    String mode = Integer.toOctalString((int) found.get("mode"));
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return mode;
    }
    String content =
        Files.isSymbolicLink(path)
            ? Files.readSymbolicLink(path).toString()
            : "content %08x".formatted(Arrays.hashCode(Files.readAllBytes(path)));
    return "%s, %s bytes, %s links, modified %s, %s"
        .formatted(
            mode, found.get("size"), found.get("nlink"), found.get("lastModifiedTime"), content);
  }

  /** What is not the same in both, a line each. */
  List<String> differences(TreeSnapshot other) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(entries.keySet());
    names.addAll(other.entries.keySet());
    for (String name : names) {
      String here = entries.getOrDefault(name, "missing");
      String there = other.entries.getOrDefault(name, "missing");
      if (!here.equals(there)) {
        differences.add("%s: %s; %s".formatted(name, here, there));
      }
    }
    return differences;
  }
}
