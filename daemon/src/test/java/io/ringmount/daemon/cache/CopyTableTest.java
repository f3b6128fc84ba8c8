package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fills that overlap: each step of one may come after any of another. */
@Timeout(60)
class CopyTableTest {
  private static final int BLOCK = 1 << 16;
  private static final FileKey KEY = new FileKey(0, 0x12ab);
  private static final FileVersion OLD = new FileVersion(3 * BLOCK, 1000, 0, 1000, 0);
  private static final FileVersion NEW = new FileVersion(3 * BLOCK, 1001, 0, 1001, 0);

  @TempDir Path temp;
  private final List<Runnable> later = new ArrayList<>();
  private final ByteBuffer data = ByteBuffer.allocateDirect(3 * BLOCK);
  private CacheRoot root;
  private CacheDirectory directory;
  private Index index;
  private Readiness readiness;
  private CopyTable copies;
  private Filler filler;
  private int source;

  @BeforeEach
  void open() throws IOException {
    CacheOptions options =
        new CacheOptions(
            temp.resolve("cache"),
            1 << 20,
            0,
            BLOCK,
            1,
            Eviction.LRU,
            FillPolicy.OPEN,
            0,
            Optional.empty());
    root = CacheRoot.open(options.directory(), temp);
    assertTrue(root.lock());
    directory = new CacheDirectory(root);
    index = new Index(directory, options);
    readiness = new Readiness();
    copies =
        new CopyTable(
            options,
            directory,
            index,
            readiness,
            new CacheCounters(),
            new DiskProbe(root, readiness),
            later::add);
    filler = new Filler(copies, directory, readiness, new Pace(), options, false);
    Path backend = Files.write(temp.resolve("backend"), new byte[0]);
    source = FileOps.open(backend, FileFlags.O_RDONLY);
    byte[] content = new byte[data.capacity()];
    new Random(1).nextBytes(content);
    data.put(content).clear();
  }

  @AfterEach
  void close() {
    filler.close();
    FileOps.close(source);
    root.close();
  }

  /** With the cache not ready, its threads keep still, and the test does what they would. */
  private CachedFile begin(FileVersion version) {
    IntSupplier from = () -> source;
    CachedFile copy = copies.take(KEY, version, from, filler);
    assertTrue(copy.isFilling());
    return copy;
  }

  private void complete(CachedFile copy) throws IOException {
    copy.write(data, 0, data.capacity(), ByteBuffer.allocateDirect(BLOCK));
    assertTrue(copy.isWhole());
    assertTrue(copies.note(copy, 1, true));
    assertTrue(copies.publish(copy));
  }

  private Path file(String ending) {
    return root.path().resolve(KEY.path() + ending);
  }

  private void assertPublished() throws IOException {
    byte[] content = new byte[data.capacity()];
    data.get(0, content);
    assertArrayEquals(content, Files.readAllBytes(file(CacheDirectory.DATA)));
    assertFalse(Files.exists(file(CacheDirectory.PART)));
    CachedFile found = CachedFile.find(directory, KEY, NEW, BLOCK, 0);
    assertEquals(CachedFile.State.CACHED, found.state());
    found.release();
    assertEquals(1, index.totals().files());
  }

  @Test
  void aFillThatHasEndedMakesNoFiles() throws IOException {
    CachedFile late = begin(OLD);
    assertTrue(copies.reserve(late));
    CachedFile next = begin(NEW);
    assertFalse(late.isUsable());
    assertTrue(copies.reserve(next));
    assertNull(copies.make(next));
    assertNull(copies.make(late));
    assertFalse(late.isPrepared());
    complete(next);
    assertPublished();
  }

  @Test
  void aFillThatHasEndedNeitherDescribesNorNamesTheNext() throws IOException {
    CachedFile late = begin(OLD);
    assertTrue(copies.reserve(late));
    assertNull(copies.make(late));
    late.write(data, 0, BLOCK, ByteBuffer.allocateDirect(BLOCK));
    CachedFile next = begin(NEW);
    assertTrue(copies.reserve(next));
    assertNull(copies.make(next));
    assertFalse(copies.note(late, 1, true));
    assertFalse(copies.publish(late));
    assertTrue(Files.exists(file(CacheDirectory.PART)));
    late.write(ByteBuffer.allocateDirect(BLOCK), 0, BLOCK, ByteBuffer.allocateDirect(BLOCK));
    complete(next);
    copies.filled(late);
    assertPublished();
  }

  @Test
  void roomThatWasReservedTooLateIsGivenBack() throws IOException {
    CachedFile late = begin(OLD);
    copies.end(late, CachedFile.State.STALE);
    assertTrue(copies.reserve(late));
    assertNull(copies.make(late));
    assertEquals(0, index.totals().bytes());
    assertFalse(Files.exists(file(CacheDirectory.PART)));
  }

  @Test
  void nothingIsNamedOnceTheCacheIsLeft() throws IOException {
    CachedFile copy = begin(NEW);
    assertTrue(copies.reserve(copy));
    assertNull(copies.make(copy));
    copy.write(data, 0, data.capacity(), ByteBuffer.allocateDirect(BLOCK));
    readiness.leave();
    assertFalse(copies.publish(copy));
    assertFalse(Files.exists(file(CacheDirectory.DATA)));
  }
}
