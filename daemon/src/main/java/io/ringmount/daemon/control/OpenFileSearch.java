package io.ringmount.daemon.control;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Finds processes by what they have open, run or stand in. Reads links in {@code /proc} only, so
 * that a mount that hangs does not matter; other users' processes are hidden.
 */
public final class OpenFileSearch {
  private static final List<String> SINGLE_LINKS = List.of("cwd", "root", "exe");

  private final Path proc;

  /**
   * @param proc {@code /proc}; another directory in tests
   */
  public OpenFileSearch(Path proc) {
    this.proc = proc;
  }

  /**
   * Processes with a wanted link, ascending.
   *
   * @param wanted gets a link, such as {@code /proc/7/fd/3}, and what it leads to
   * @param most stops after as many
   */
  public List<Long> find(BiPredicate<Path, Path> wanted, int most) {
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        if (found.size() < most && hasLink(process, wanted)) {
          found.add(Long.parseLong(process.getFileName().toString()));
        }
      }
    } catch (IOException | DirectoryIteratorException hidden) {
      // What was found so far is all there is to see.
    }
    found.sort(null);
    return found;
  }

  private static boolean hasLink(Path process, BiPredicate<Path, Path> wanted) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (leads(descriptor, wanted)) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException endedOrHidden) {
      // Its other links may be there.
    }
    return SINGLE_LINKS.stream().anyMatch(link -> leads(process.resolve(link), wanted));
  }

  private static boolean leads(Path link, BiPredicate<Path, Path> wanted) {
    try {
      return wanted.test(link, Files.readSymbolicLink(link));
    } catch (IOException | InvalidPathException gone) {
      return false;
    }
  }
}
