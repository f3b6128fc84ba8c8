package io.ringmount.daemon.cache;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link Journal}s of a cache directory, numbered. Each process begins its own with what it has
 * found. When all of that is written it is marked as whole, and those before are removed. From a
 * whole one on, the journals together never say less than what is there, unless the machine has
 * lost its power.
 *
 * <p>To be used by who has the directory's lock, one thread at a time.
 */
final class Journals {
  private static final Logger LOG = LoggerFactory.getLogger(Journals.class);
  private static final Path RUN = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{16}");

  /** In the directory of a journal that said all there was. */
  private static final String WHOLE = "whole";

  private final Path folder;

  /**
   * @param folder where they are; made when it is needed
   */
  Journals(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads all of them.
   *
   * @return whether they say all; otherwise some of it
   */
  boolean read(JournalReader reader) throws IOException {
    List<Long> numbers = numbers();
    boolean all = false;
    String now = run();
    for (long each : numbers) {
      try {
        boolean lasted = Journal.read(path(each), reader).equals(now);
        all = lasted && (all || Files.exists(path(each).resolve(WHOLE), NOFOLLOW_LINKS));
      } catch (RuntimeException | InternalError e) {
        LOG.warn("a journal of the cache is damaged: {}", e.toString());
        return false;
      }
    }
    return all;
  }

  private static String run() throws IOException {
    return Files.readString(RUN).strip();
  }

  /** Begins another one; null when the disk does not allow it. */
  Journal begin() throws IOException {
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      List<Long> numbers = numbers();
      Path next = path(numbers.isEmpty() ? 1 : numbers.getLast() + 1);
      return Journal.begin(next, run(), this::distrust);
    } catch (IOException | RuntimeException | InternalError e) {
      // The last where there is no room for what is mapped.
      LOG.warn("the journal of the cache cannot be written: {}", e.toString());
      return null;
    }
  }

  /** None of them is whole any more. */
  private void distrust() {
    try {
      for (long each : numbers()) {
        Files.deleteIfExists(path(each).resolve(WHOLE));
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("a journal of the cache that lacks something is still there: {}", e.toString());
    }
  }

  /** The last one has been told all there is: those before are removed. */
  void lastIsWhole() throws IOException {
    List<Long> numbers = numbers();
    Files.createFile(path(numbers.getLast()).resolve(WHOLE));
    for (long each : numbers.subList(0, numbers.size() - 1)) {
      removeAll(path(each));
    }
  }

  /** Removes all of them. */
  void remove() throws IOException {
    for (long each : numbers()) {
      removeAll(path(each));
    }
  }

  private Path path(long number) {
    return folder.resolve("%016x".formatted(number));
  }

  /** Of those that are there, from the oldest. */
  private List<Long> numbers() throws IOException {
    List<Long> numbers = new ArrayList<>();
    if (Files.isDirectory(folder, NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> journals = Files.newDirectoryStream(folder)) {
        for (Path each : journals) {
          String name = each.getFileName().toString();
          if (NAME.matcher(name).matches() && Files.isDirectory(each, NOFOLLOW_LINKS)) {
            numbers.add(Long.parseUnsignedLong(name, 16));
          }
        }
      }
    }
    numbers.sort(Long::compareUnsigned);
    return numbers;
  }

  private static void removeAll(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
