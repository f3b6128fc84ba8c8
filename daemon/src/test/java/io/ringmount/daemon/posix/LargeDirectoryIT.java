package io.ringmount.daemon.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.ringmount.daemon.MountedDirectories;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Iterator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A directory of so many entries that it is read in many pieces. */
@Timeout(value = 1800, threadMode = ThreadMode.SEPARATE_THREAD)
class LargeDirectoryIT extends MountedDirectories {
  /** How many; {@code -Dringmount.directory.entries=1000000} for more. */
  private static final int ENTRIES = Integer.getInteger("ringmount.directory.entries", 4_000);

  /** How many have been read when others are removed. */
  private static final int BEFORE = 100;

  @ParameterizedTest
  @ValueSource(strings = {"transport=uring", "transport=device,entry_timeout=0,attr_timeout=0"})
  void eachEntryIsListedOnce(String options) throws Exception {
    Path backend = directory("backend");
    for (int i = 0; i < ENTRIES; i++) {
      Files.createFile(backend.resolve(name(i)));
    }
    Path mountpoint = mount(backend, directory("mount"), options);
    BitSet listed = new BitSet(ENTRIES);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(mountpoint)) {
      readAll(entries.iterator(), listed);
    }
    assertEquals(ENTRIES, listed.cardinality());
    removeSomeWhileAllAreListed(mountpoint);
    for (int i = 0; i < ENTRIES; i += 2) {
      Files.delete(mountpoint.resolve(name(i)));
    }
    try (Stream<Path> left = Files.list(backend)) {
      assertEquals(0, left.count());
    }
    unmount(mountpoint);
  }

  /** What is there all the time is listed once, whatever happens to the rest. */
  private static void removeSomeWhileAllAreListed(Path mountpoint) throws IOException {
    BitSet listed = new BitSet(ENTRIES);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(mountpoint)) {
      Iterator<Path> each = entries.iterator();
      for (int i = 0; i < BEFORE; i++) {
        note(each.next(), listed);
      }
      for (int i = 1; i < ENTRIES; i += 2) {
        Files.delete(mountpoint.resolve(name(i)));
      }
      readAll(each, listed);
    }
    assertEquals(
        (ENTRIES + 1) / 2,
        IntStream.range(0, ENTRIES).filter(i -> i % 2 == 0 && listed.get(i)).count());
  }

  private static String name(int number) {
    return "an entry of the directory, number " + number;
  }

  private static void readAll(Iterator<Path> entries, BitSet listed) {
    while (entries.hasNext()) {
      note(entries.next(), listed);
    }
  }

  private static void note(Path entry, BitSet listed) {
    String name = entry.getFileName().toString();
    int number = Integer.parseInt(name.substring(name.lastIndexOf(' ') + 1));
    assertFalse(listed.get(number), () -> name + " is listed twice");
    listed.set(number);
  }
}
