package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Parts of files: holes, space, copies. */
@Timeout(30)
class MirrorRangesTest {
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int BLOCK = 64 << 10;

  @TempDir Path source;
  private Path file;
  private Mirror mirror;
  private long node;
  private long handle;

  @BeforeEach
  void open() throws Exception {
    file = Files.writeString(source.resolve("file"), "0123456789");
    mirror = new Mirror(source);
    node = mirror.node("file");
    handle = mirror.open(node, FileFlags.O_RDWR).handle();
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.descriptors(), "descriptors left open");
  }

  @Test
  void dataAndHolesAreFound() {
    mirror.write(node, handle, 4L * BLOCK, "end", false).written();
    assertEquals(0, mirror.lseek(node, handle, 0, FileFlags.SEEK_DATA).position());
    long hole = mirror.lseek(node, handle, 0, FileFlags.SEEK_HOLE).position();
    assertTrue(hole >= 10 && hole <= BLOCK, "a hole at " + hole);
    assertEquals(4L * BLOCK, mirror.lseek(node, handle, hole, FileFlags.SEEK_DATA).position());
    assertEquals(
        4L * BLOCK + 3, mirror.lseek(node, handle, 4L * BLOCK, FileFlags.SEEK_HOLE).position());
    mirror.lseek(node, handle, 5L * BLOCK, FileFlags.SEEK_DATA).assertErrno(Errno.ENXIO);
    mirror.lseek(node, handle, 0, FileFlags.SEEK_SET).assertErrno(Errno.EINVAL);
    mirror.lseek(node, 99, 0, FileFlags.SEEK_DATA).assertErrno(Errno.EBADF);
  }

  @Test
  void spaceIsReservedAndFreed() throws Exception {
    mirror.fallocate(node, handle, 0, 4L * BLOCK, 0).assertDone();
    assertEquals(4L * BLOCK, Files.size(file));
    mirror.fallocate(node, handle, 4L * BLOCK, BLOCK, KEEP_SIZE).assertDone();
    assertEquals(4L * BLOCK, Files.size(file));
    long full = mirror.getattr(node).attributes().blocks();
    assertTrue(full * 512 >= 5L * BLOCK, full + " blocks");
    mirror.fallocate(node, handle, 0, 2L * BLOCK, PUNCH_HOLE | KEEP_SIZE).assertDone();
    assertTrue(mirror.getattr(node).attributes().blocks() < full);
    assertEquals("\0".repeat(10), mirror.read(node, handle, 0, 10).text());
    mirror.fallocate(node, handle, 0, BLOCK, 1 << 20).assertErrno(Errno.EOPNOTSUPP);
    long readOnly = mirror.open(node, FileFlags.O_RDONLY).handle();
    mirror.fallocate(node, readOnly, 0, BLOCK, 0).assertErrno(Errno.EBADF);
  }

  @Test
  void filesAreCopiedPartByPart() throws Exception {
    byte[] content = new byte[20 << 20];
    new Random(1).nextBytes(content);
    Files.write(file, content);
    Files.writeString(source.resolve("copy"), "head");
    long copy = mirror.node("copy");
    long to = mirror.open(copy, FileFlags.O_RDWR).handle();
    long from = 0;
    int parts = 0;
    while (true) {
      long copied =
          mirror.copy(node, handle, 1 + from, copy, to, 4 + from, Long.MAX_VALUE / 2).copied();
      if (copied == 0) {
        break;
      }
      from += copied;
      parts++;
    }
    assertEquals(content.length - 1, from);
    assertTrue(parts > 1, "other requests waited for all of it");
    byte[] expected = content.clone();
    byte[] result = Files.readAllBytes(source.resolve("copy"));
    assertEquals(content.length + 3, result.length);
    System.arraycopy(result, 4, expected, 1, content.length - 1);
    assertArrayEquals(content, expected);
    assertEquals("head", new String(result, 0, 4, java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void copiesThatCannotBeAreRefused() {
    mirror.copy(node, handle, 0, node, handle, 1, 5).assertErrno(Errno.EINVAL);
    mirror.copy(node, handle, 0, node, 99, 1, 5).assertErrno(Errno.EBADF);
    mirror.copy(99, handle, 0, node, handle, 1, 5).assertErrno(Errno.EBADF);
    long readOnly = mirror.open(node, FileFlags.O_RDONLY).handle();
    mirror.copy(node, handle, 0, node, readOnly, 100, 5).assertErrno(Errno.EBADF);
    assertEquals(5, mirror.copy(node, handle, 0, node, handle, 5, 5).copied());
    assertEquals("0123401234", mirror.read(node, handle, 0, 99).text());
  }
}
