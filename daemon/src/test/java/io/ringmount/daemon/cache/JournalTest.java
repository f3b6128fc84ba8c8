package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a process knows of the copies that others made. */
@Timeout(120)
class JournalTest {
  private static final long SIZE = 4096;
  private static final long ROOM = SIZE + 8192;
  private static final int COPIES = 50;

  /** {@code -Dringmount.cache.files=1000000} prints what so many take. */
  private static final int FILES = Integer.getInteger("ringmount.cache.files", 20_000);

  @TempDir Path temp;
  private CacheRoot root;
  private Journals journals;

  @BeforeEach
  void open() throws IOException {
    root = CacheRoot.open(temp.resolve("cache"), temp);
    journals = new Journals(root.path().resolve(CacheRoot.JOURNAL));
  }

  @AfterEach
  void close() {
    root.close();
  }

  private Index index(Eviction eviction, long copies) {
    CacheOptions options =
        new CacheOptions(
            root.path(),
            copies * ROOM,
            0,
            1 << 20,
            1,
            eviction,
            FillPolicy.OPEN,
            0,
            Optional.empty());
    return new Index(new CacheDirectory(root), options);
  }

  private static FileKey key(long number) {
    return new FileKey(number % 3, number);
  }

  /** Writes down what there is, and all that follows. */
  private Journal write(Index index) throws IOException {
    Journal journal = journals.begin();
    if (index.journal(journal).test(() -> true)) {
      journals.lastIsWhole();
    }
    return journal;
  }

  private static void act(Index index, Random random) throws IOException {
    FileKey key = key(random.nextInt(3 * COPIES));
    switch (random.nextInt(12)) {
      case 0 -> index.remove(key);
      case 1 -> index.pin(key, SIZE);
      case 2, 3 -> index.unpin(key);
      case 4, 5, 6, 7 -> {
        if (index.bytes(key) > 0) {
          index.use(key, SIZE);
        }
      }
      default -> index.reserve(key, SIZE, _ -> true, _ -> true);
    }
  }

  private static void assertSame(Index expected, Index index, String message) {
    Index.Totals totals = expected.totals();
    assertEquals(
        new Index.Totals(totals.files(), totals.bytes(), totals.pinned(), totals.pinnedBytes(), 0),
        index.totals(),
        message);
    assertEquals(keys(expected.keys()), keys(index.keys()), message);
    assertEquals(keys(expected.pins()), keys(index.pins()), message);
  }

  private static TreeSet<Long> keys(List<FileKey> keys) {
    TreeSet<Long> inodes = new TreeSet<>();
    for (FileKey each : keys) {
      assertEquals(each.inode() % 3, each.device());
      inodes.add(each.inode());
    }
    return inodes;
  }

  @ParameterizedTest
  @EnumSource
  void saysWhatThereIsAfterAnyChange(Eviction eviction) throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Index index = index(eviction, COPIES);
    for (int generation = 0; generation < 5; generation++) {
      Journal journal = write(index);
      for (int i = 0; i < 500; i++) {
        act(index, random);
      }
      // As a process that is killed: it does not close what it writes.
      Index next = index(eviction, COPIES);
      assertTrue(journals.read(next.restore()));
      assertSame(index, next, "generation " + generation + ", seed " + seed);
      index.endJournal();
      journal.close();
      index = next;
    }
  }

  @Test
  void whatWasUsedLastGoesLast() throws IOException {
    Index index = index(Eviction.ARC, 4);
    for (int i = 0; i < 4; i++) {
      index.found(key(i), SIZE, 100 - i);
    }
    index.use(key(2), SIZE);
    write(index).close();
    Index next = index(Eviction.ARC, 4);
    assertTrue(journals.read(next.restore()));
    List<FileKey> evicted = new ArrayList<>();
    for (int i = 4; i < 7; i++) {
      next.reserve(key(i), SIZE, _ -> true, evicted::add);
    }
    assertEquals(List.of(key(3), key(1), key(0)), evicted);
  }

  @Test
  void aJournalThatSaysNotAllIsNotWholeByItself() throws IOException {
    Index index = index(Eviction.LRU, COPIES);
    for (int i = 0; i < 20; i++) {
      index.reserve(key(i), SIZE, _ -> true, _ -> true);
    }
    int[] asked = new int[1];
    Journal first = journals.begin();
    assertFalse(index.journal(first).test(() -> asked[0]++ < 5));
    assertFalse(journals.read(index(Eviction.LRU, COPIES).restore()));
    first.close();
    index.endJournal();
    // Nor is one begun after the cache was left.
    Journal late = journals.begin();
    assertNull(index.journal(late));
    late.close();
  }

  @Test
  void aJournalThatIsNotCompleteCountsWithTheOneBefore() throws IOException {
    Index index = index(Eviction.LRU, COPIES);
    for (int i = 0; i < 20; i++) {
      index.reserve(key(i), SIZE, _ -> true, _ -> true);
    }
    write(index).close();
    Journal second = journals.begin();
    int[] asked = new int[1];
    assertFalse(index.journal(second).test(() -> asked[0]++ < 5));
    index.remove(key(19));
    index.reserve(key(20), SIZE, _ -> true, _ -> true);
    Index next = index(Eviction.LRU, COPIES);
    assertTrue(journals.read(next.restore()));
    assertSame(index, next, "");
    second.close();
  }

  @Test
  void withoutAJournalOrAfterPowerWasLostItIsNotAll() throws IOException {
    assertFalse(journals.read(index(Eviction.LRU, 1).restore()));
    Path path = root.path().resolve("journal").resolve("%016x".formatted(7));
    Files.createDirectories(path.getParent());
    Journal.begin(path, "another run", () -> {}).close();
    assertFalse(journals.read(index(Eviction.LRU, 1).restore()));
    write(index(Eviction.LRU, 1)).close();
    assertTrue(journals.read(index(Eviction.LRU, 1).restore()));
    assertFalse(Files.exists(path));
    journals.remove();
    assertFalse(journals.read(index(Eviction.LRU, 1).restore()));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(root.path().resolve("journal"))) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void aDamagedJournalIsNoMoreThanThat() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Index index = index(Eviction.LRU, COPIES);
    for (int i = 0; i < COPIES; i++) {
      index.reserve(key(i), SIZE, _ -> true, _ -> true);
    }
    for (int round = 0; round < 4; round++) {
      write(index).close();
      for (Path each : files()) {
        try (RandomAccessFile file = new RandomAccessFile(each.toFile(), "rw")) {
          if (random.nextInt(3) == 0) {
            file.setLength(random.nextInt(1 << 13));
          } else {
            for (int i = 0; i < 50; i++) {
              file.seek(random.nextInt(1 << 13));
              file.write(random.nextInt());
            }
          }
        }
      }
      // It may be found to be whole: what it says is only looked for in the directory.
      journals.read(index(Eviction.LRU, COPIES).restore());
      journals.remove();
    }
  }

  @Test
  void manyCopiesAreSoonKnown() throws IOException {
    Index index = index(Eviction.ARC, FILES);
    for (int i = 0; i < FILES; i++) {
      index.found(key(i), SIZE, i);
    }
    long begin = System.nanoTime();
    write(index).close();
    long written = System.nanoTime();
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    long before = runtime.totalMemory() - runtime.freeMemory();
    long start = System.nanoTime();
    Index next = index(Eviction.ARC, FILES);
    assertTrue(journals.read(next.restore()));
    long end = System.nanoTime();
    System.gc();
    long after = runtime.totalMemory() - runtime.freeMemory();
    assertEquals(FILES, next.totals().files());
    System.out.printf(
        "%d copies: %d bytes of memory each, written down in %d ms, known after %d ms%n",
        FILES,
        (after - before) / FILES,
        TimeUnit.NANOSECONDS.toMillis(written - begin),
        TimeUnit.NANOSECONDS.toMillis(end - start));
  }
}
