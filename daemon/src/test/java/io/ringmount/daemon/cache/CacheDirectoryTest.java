package io.ringmount.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose a cache directory is, and what may be in it. */
class CacheDirectoryTest {
  private static final Path BACKEND = Path.of("/mnt/models");
  private static final FileKey KEY = new FileKey(0, 0x12ab);

  @TempDir Path temp;
  private Path path;

  private static final class Found implements CacheDirectory.Finder {
    final Map<FileKey, Long> copies = new HashMap<>();
    final Set<FileKey> pins = new HashSet<>();

    @Override
    public void copy(FileKey key, long size, long used) {
      assertTrue(Instant.now().getEpochSecond() - used < 60, () -> "" + used);
      copies.put(key, size);
    }

    @Override
    public void pin(FileKey key) {
      pins.add(key);
    }
  }

  @BeforeEach
  void name() {
    path = temp.resolve("cache");
  }

  private CacheRoot open() throws IOException {
    return CacheRoot.open(path, BACKEND);
  }

  @Test
  void isItsOwnersAlone() throws IOException {
    Files.createDirectory(path);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    open().close();
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
  }

  @Test
  void isOfOneBackend() throws IOException {
    open().close();
    open().close();
    IOException refusal =
        assertThrows(IOException.class, () -> CacheRoot.open(path, Path.of("/mnt/other")));
    assertTrue(refusal.getMessage().contains("holds copies of /mnt/models"), refusal.getMessage());
  }

  @Test
  void theFormatBeforeIsTakenOver() throws IOException {
    open().close();
    Path format = path.resolve("ringmount-cache");
    Files.writeString(format, Files.readString(format).replace("cache 2", "cache 1"));
    try (CacheRoot root = open()) {
      assertTrue(root.isOfEarlierFormat());
      root.renewFormat();
      assertFalse(root.isOfEarlierFormat());
    }
    open().close();
    Files.writeString(format, Files.readString(format).replace("cache 2", "cache 3"));
    IOException refusal = assertThrows(IOException.class, this::open);
    assertTrue(refusal.getMessage().contains("is of another version"), refusal.getMessage());
  }

  @Test
  void doesNotTakeADirectoryOfSomethingElse() throws IOException {
    Files.createDirectory(path);
    Files.writeString(path.resolve("letter"), "dear");
    IOException refusal = assertThrows(IOException.class, this::open);
    assertTrue(refusal.getMessage().contains("neither empty nor a cache"), refusal.getMessage());
    assertEquals("dear", Files.readString(path.resolve("letter")));
  }

  @Test
  void oneProcessAtATimeChangesIt() throws Exception {
    try (CacheRoot one = open();
        CacheRoot other = open()) {
      CacheDirectory ones = new CacheDirectory(one);
      CacheDirectory others = new CacheDirectory(other);
      assertTrue(one.lock());
      assertTrue(one.lock());
      assertFalse(other.lock());
      assertThrows(IOException.class, () -> others.create(KEY, CacheDirectory.PART, 0));
      FileOps.close(ones.create(KEY, CacheDirectory.PART, 0));
      one.unlock();
      assertThrows(IOException.class, () -> ones.publish(KEY));
      assertFalse(one.lock());
      assertTrue(other.lock());
      others.publish(KEY);
      assertThrows(IOException.class, () -> ones.remove(KEY));
    }
    assertTrue(Files.exists(path.resolve(KEY.path() + CacheDirectory.DATA)));
  }

  @Test
  void filesAreFoundAgain() throws IOException {
    try (CacheRoot root = open()) {
      CacheDirectory directory = new CacheDirectory(root);
      root.lock();
      FileOps.close(directory.create(KEY, CacheDirectory.PART, 10_000));
      directory.publish(KEY);
      FileKey other = new FileKey(0x801, -1);
      FileOps.close(directory.create(other, CacheDirectory.PART, 5));
      ByteBuffer map = ByteBuffer.allocateDirect(3).put(new byte[] {1, 2, 3}).flip();
      directory.writeMap(KEY, map, true);
      assertEquals(map, directory.readMap(KEY, 3));
      assertNull(directory.readMap(KEY, 2));

      Files.createDirectories(path.resolve("00/0000000000000000-0.data"));
      Files.writeString(path.resolve("00/nonsense.data"), "?");
      Files.writeString(path.resolve("00/00000000000012ab-0.data"), "in the wrong folder");
      directory.pin(other, true);
      Found found = new Found();
      directory.scan(found, () -> true);
      assertEquals(Map.of(KEY, 10_000L, other, 5L), found.copies);
      assertEquals(Set.of(other), found.pins);
      directory.pin(other, false);

      directory.remove(KEY);
      assertFalse(Files.exists(path.resolve(KEY.path() + CacheDirectory.MAP)));
    }
  }

  @Test
  void plantedLinksLeadNowhere() throws IOException {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Path victim = Files.writeString(outside.resolve("00000000000012ab-0.data"), "0123456789");
    try (CacheRoot root = open()) {
      CacheDirectory directory = new CacheDirectory(root);
      root.lock();
      Files.createSymbolicLink(path.resolve("ab"), outside);
      assertEquals(-1, directory.open(KEY, CacheDirectory.DATA, FileFlags.O_RDONLY, 10));
      assertThrows(IOException.class, () -> directory.create(KEY, CacheDirectory.PART, 5));
      Found found = new Found();
      directory.scan(found, () -> true);
      assertEquals(Map.of(), found.copies);

      Files.delete(path.resolve("ab"));
      Files.createDirectory(path.resolve("ab"));
      Files.createSymbolicLink(path.resolve(KEY.path() + CacheDirectory.DATA), victim);
      assertEquals(-1, directory.open(KEY, CacheDirectory.DATA, FileFlags.O_RDONLY, 10));
      directory.remove(KEY);
    }
    assertEquals("0123456789", Files.readString(victim));
  }

  @Test
  void whatHasAnotherSizeIsNotTheCopy() throws IOException {
    try (CacheRoot root = open()) {
      CacheDirectory directory = new CacheDirectory(root);
      root.lock();
      FileOps.close(directory.create(KEY, CacheDirectory.PART, 10));
      assertEquals(-1, directory.open(KEY, CacheDirectory.PART, FileFlags.O_RDONLY, 11));
      int fd = directory.open(KEY, CacheDirectory.PART, FileFlags.O_RDONLY, 10);
      assertTrue(fd >= 0);
      FileOps.close(fd);
    }
  }
}
