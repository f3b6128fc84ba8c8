package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class StatTest {
  @TempDir Path directory;

  private static void statx(Path path, long buffer) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      LinuxException.check(
          FileOps.statx(
              FileFlags.AT_FDCWD,
              NativeString.address(arena, path),
              FileFlags.AT_SYMLINK_NOFOLLOW,
              FileFlags.STATX_BASIC_STATS | FileFlags.STATX_BTIME,
              buffer),
          "statx",
          path.toString());
    }
  }

  private static void assertSame(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long stat = arena.allocate(Statx.SIZE, Long.BYTES).address();
      Map<String, Object> expected =
          Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
      statx(path, stat);
      assertEquals(expected.get("mode"), Statx.mode(stat));
      assertEquals(expected.get("ino"), Statx.inode(stat));
      assertEquals(expected.get("nlink"), Statx.links(stat));
      assertEquals(expected.get("uid"), Statx.uid(stat));
      assertEquals(expected.get("gid"), Statx.gid(stat));
      assertEquals(expected.get("size"), Statx.size(stat));
      assertEquals(expected.get("dev"), number(Statx.deviceMajor(stat), Statx.deviceMinor(stat)));
      assertEquals(expected.get("rdev"), number(Statx.rdevMajor(stat), Statx.rdevMinor(stat)));
      assertTime(
          expected.get("lastModifiedTime"), Statx.mtimeSeconds(stat), Statx.mtimeNanos(stat));
      assertTime(expected.get("lastAccessTime"), Statx.atimeSeconds(stat), Statx.atimeNanos(stat));
      assertTime(expected.get("ctime"), Statx.ctimeSeconds(stat), Statx.ctimeNanos(stat));
      if ((Statx.mask(stat) & FileFlags.STATX_BTIME) != 0) {
        assertTime(expected.get("creationTime"), Statx.btimeSeconds(stat), Statx.btimeNanos(stat));
      }
      int basic = FileFlags.STATX_BASIC_STATS;
      assertEquals(basic, Statx.mask(stat) & basic);
    }
  }

  /** The way the C library packs a device number. */
  private static long number(int major, int minor) {
    return (minor & 0xff) | (major & 0xfffL) << 8 | (minor & ~0xffL) << 12;
  }

  private static void assertTime(Object expected, long seconds, int nanos) {
    assertEquals(
        ((FileTime) expected).to(TimeUnit.NANOSECONDS), TimeUnit.SECONDS.toNanos(seconds) + nanos);
  }

  @Test
  void attributesAreThoseThatJavaSees() throws IOException {
    Path file = Files.writeString(directory.resolve("f"), "hello");
    Files.setLastModifiedTime(
        file, FileTime.from(1_234_567_890_123_456_789L, TimeUnit.NANOSECONDS));
    Files.createLink(directory.resolve("g"), file);
    assertSame(file);
    assertSame(Files.createSymbolicLink(directory.resolve("link"), file));
    assertSame(directory);
    assertSame(Path.of("/dev/null"));
  }

  @Test
  void spaceAndDeviceAreRead() throws IOException {
    Path file = Files.write(directory.resolve("f"), new byte[10_000]);
    try (Arena arena = Arena.ofConfined()) {
      long stat = arena.allocate(Statx.SIZE, Long.BYTES).address();
      statx(file, stat);
      int fd = FileOps.open(file, FileFlags.O_RDONLY);
      FileOps.fsync(fd);
      FileOps.close(fd);
      statx(file, stat);
      assertTrue(Statx.blocks(stat) * 512 >= 10_000);
      assertTrue(Statx.blockSize(stat) >= 512);
      assertEquals(FileFlags.S_IFREG, Statx.mode(stat) & FileFlags.S_IFMT);
      assertEquals(FileFlags.DT_REG, FileFlags.directoryEntryType(Statx.mode(stat)));
      long device = Statx.device(stat);
      assertEquals(Statx.deviceMajor(stat), device >>> 32);
      statx(Path.of("/proc"), stat);
      assertNotEquals(device, Statx.device(stat));
      assertTrue((Statx.attributes(stat) & FileFlags.STATX_ATTR_MOUNT_ROOT) != 0);
    }
  }

  @Test
  void fileSystemNumbersAreThoseThatJavaSees() throws IOException {
    FileStore store = Files.getFileStore(directory);
    int fd = FileOps.open(directory, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY);
    try (Arena arena = Arena.ofConfined()) {
      long numbers = arena.allocate(StatFs.SIZE, Long.BYTES).address();
      assertEquals(0, FileOps.fstatfs(fd, numbers));
      long unit = StatFs.fragmentSize(numbers);
      assertEquals(store.getTotalSpace(), StatFs.blocks(numbers) * unit);
      assertEquals(store.getBlockSize(), StatFs.blockSize(numbers));
      assertTrue(StatFs.blocksFree(numbers) >= StatFs.blocksAvailable(numbers));
      assertTrue(StatFs.blocksFree(numbers) <= StatFs.blocks(numbers));
      assertTrue(StatFs.files(numbers) >= StatFs.filesFree(numbers));
      assertEquals(255, StatFs.nameLength(numbers));
      assertNotEquals(0, StatFs.type(numbers));
    } finally {
      FileOps.close(fd);
    }
  }

  /** Of a link itself too: the descriptor says what is meant. */
  @Test
  void attributesOfADescriptorAreThoseOfItsFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "content");
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    try (Arena arena = Arena.ofConfined()) {
      long byName = arena.allocate(Statx.SIZE, Long.BYTES).address();
      long byDescriptor = arena.allocate(Statx.SIZE, Long.BYTES).address();
      for (Path path : new Path[] {file, link, directory}) {
        int flags = FileFlags.O_PATH | FileFlags.O_NOFOLLOW;
        int fd = FileOps.open(path, flags);
        try {
          statx(path, byName);
          assertEquals(0, FileOps.fstatx(fd, FileFlags.STATX_BASIC_STATS, byDescriptor));
        } finally {
          FileOps.close(fd);
        }
        assertEquals(Statx.inode(byName), Statx.inode(byDescriptor));
        assertEquals(Statx.mode(byName), Statx.mode(byDescriptor));
        assertEquals(Statx.size(byName), Statx.size(byDescriptor));
      }
      assertEquals(-Errno.EBADF, FileOps.fstatx(-1, FileFlags.STATX_BASIC_STATS, byDescriptor));
    }
  }

  @Test
  void typeIsTheMagicNumber() throws IOException {
    int fd = FileOps.open(Path.of("/proc"), FileFlags.O_RDONLY | FileFlags.O_DIRECTORY);
    try (Arena arena = Arena.ofConfined()) {
      long numbers = arena.allocate(StatFs.SIZE, Long.BYTES).address();
      assertEquals(0, FileOps.fstatfs(fd, numbers));
      assertEquals(0x9fa0, StatFs.type(numbers));
    } finally {
      FileOps.close(fd);
    }
  }
}
