package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bounds of a cache, and what is pinned. */
class IndexTest {
  private static final long SIZE = 4096;
  private static final long ROOM = SIZE + 8192;

  @TempDir Path temp;
  private final List<FileKey> evicted = new ArrayList<>();
  private CacheRoot root;
  private Index index;

  private void open(int copies, int freePercent) throws IOException {
    CacheOptions options =
        new CacheOptions(
            temp.resolve("cache"),
            copies * ROOM,
            freePercent,
            1 << 20,
            1,
            Eviction.LRU,
            FillPolicy.OPEN,
            0,
            Optional.empty());
    root = CacheRoot.open(options.directory(), temp);
    index = new Index(new CacheDirectory(root), options);
  }

  @AfterEach
  void close() {
    root.close();
  }

  private static FileKey key(int number) {
    return new FileKey(0, number);
  }

  private boolean reserve(int number) throws LinuxException {
    return index.reserve(key(number), SIZE, _ -> true, evicted::add);
  }

  @Test
  void thePinnedStayAndTheOthersGo() throws IOException {
    open(3, 0);
    assertTrue(reserve(1));
    assertTrue(reserve(2));
    assertTrue(index.pin(key(1), SIZE));
    assertTrue(reserve(3));
    assertTrue(reserve(4));
    assertTrue(reserve(5));
    assertEquals(List.of(key(2), key(3)), evicted);
    index.use(key(1), SIZE);
    index.unpin(key(1));
    assertTrue(reserve(6));
    assertTrue(reserve(7));
    assertTrue(reserve(8));
    assertEquals(List.of(key(4), key(5), key(1)), evicted.subList(2, 5));
    assertEquals(new Index.Totals(3, 3 * ROOM, 0, 0, 5), index.totals());
  }

  @Test
  void nothingElseIsCopiedWhenAllIsPinned() throws IOException {
    open(2, 0);
    assertTrue(index.pin(key(1), SIZE));
    assertTrue(reserve(2));
    assertTrue(index.pin(key(2), SIZE));
    assertTrue(index.pin(key(2), SIZE));
    assertFalse(index.pin(key(3), SIZE));
    assertFalse(index.fits(key(3), SIZE));
    assertTrue(index.fits(key(1), SIZE));
    assertTrue(reserve(1));
    assertFalse(reserve(3));
    assertEquals(List.of(), evicted);
    index.remove(key(1));
    assertEquals(new Index.Totals(1, ROOM, 2, 2 * ROOM, 0), index.totals());
  }

  @Test
  void pinsAreFoundBeforeOrAfterTheirCopies() throws IOException {
    open(3, 0);
    index.foundPin(key(1));
    index.found(key(1), SIZE, 5);
    index.found(key(2), SIZE, 6);
    index.foundPin(key(2));
    index.found(key(3), SIZE, 7);
    assertEquals(new Index.Totals(3, 3 * ROOM, 2, 2 * ROOM, 0), index.totals());
    assertTrue(reserve(4));
    assertEquals(List.of(key(3)), evicted);
    assertEquals(List.of(), index.unused(7));
    index.unpin(key(2));
    assertEquals(List.of(key(2)), index.unused(7));
    index.clear();
    assertEquals(new Index.Totals(0, 0, 0, 0, 1), index.totals());
  }

  @Test
  void whatOthersNeedOfTheDiskIsLeftFree() throws IOException {
    open(3, 100);
    assertThrows(LinuxException.class, () -> reserve(1));
    index.found(key(1), SIZE, 1);
    index.trim(_ -> true, evicted::add);
    assertEquals(List.of(key(1)), evicted);
  }
}
