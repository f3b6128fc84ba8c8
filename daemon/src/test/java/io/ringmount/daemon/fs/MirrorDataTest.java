package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.ringmount.channels.Feature;
import io.ringmount.channels.FileSystem;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.wire.OpenFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class MirrorDataTest {
  @TempDir Path source;
  private Path file;
  private Mirror mirror;
  private long node;

  @BeforeEach
  void open() throws Exception {
    file = Files.writeString(source.resolve("file"), "0123456789");
    mirror = new Mirror(source);
    node = mirror.node("file");
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.descriptors(), "descriptors left open");
  }

  @Test
  void readsAnywhereAndStopsAtTheEnd() throws Exception {
    byte[] content = new byte[300_000];
    new Random(1).nextBytes(content);
    Files.write(file, content);
    long handle = mirror.open(node, FileFlags.O_RDONLY).handle();
    assertArrayEquals(content, mirror.read(node, handle, 0, 1 << 20).bytes());
    assertArrayEquals(
        Arrays.copyOfRange(content, 4097, 4097 + 100_000),
        mirror.read(node, handle, 4097, 100_000).bytes());
    assertEquals(1, mirror.read(node, handle, content.length - 1, 4096).bytes().length);
    assertEquals(0, mirror.read(node, handle, content.length, 4096).bytes().length);
    assertEquals(0, mirror.read(node, handle, 0, 0).bytes().length);
  }

  @Test
  void writesAnywhere() throws Exception {
    long handle = mirror.open(node, FileFlags.O_RDWR).handle();
    assertEquals(3, mirror.write(node, handle, 4, "abc", false).written());
    assertEquals("0123abc789", Files.readString(file));
    assertEquals(1, mirror.write(node, handle, 12, "z", false).written());
    assertEquals("0123abc789\0\0z", Files.readString(file));
    assertEquals(0, mirror.write(node, handle, 0, "", false).written());
  }

  @Test
  void errorsOfReadAndWrite() {
    long reading = mirror.open(node, FileFlags.O_RDONLY).handle();
    long writing = mirror.open(node, FileFlags.O_WRONLY).handle();
    mirror.write(node, reading, 0, "x", false).assertErrno(Errno.EBADF);
    mirror.read(node, writing, 0, 10).assertErrno(Errno.EBADF);
    mirror.read(node, reading, -1, 10).assertErrno(Errno.EINVAL);
  }

  @Test
  void bogusHandlesAreEbadf() {
    long handle = mirror.open(node, FileFlags.O_RDWR).handle();
    long[] bogus = {0, handle + 1, FileSystem.NO_HANDLE, Long.MIN_VALUE};
    for (long each : bogus) {
      assertBad(node, each);
    }
    assertBad(Mirror.ROOT, handle);
    mirror.release(node, handle).assertDone();
    assertBad(node, handle);
    assertEquals(0, mirror.fs.openHandles());
  }

  private void assertBad(long ofNode, long handle) {
    mirror.read(ofNode, handle, 0, 1).assertErrno(Errno.EBADF);
    mirror.write(ofNode, handle, 0, "x", false).assertErrno(Errno.EBADF);
    mirror.flush(ofNode, handle).assertErrno(Errno.EBADF);
    mirror.fsync(ofNode, handle, false).assertErrno(Errno.EBADF);
    mirror.readdir(ofNode, handle, 0, false, 4096).assertErrno(Errno.EBADF);
    mirror.release(ofNode, handle).assertErrno(Errno.EBADF);
  }

  @Test
  void flushAndFsync() {
    long handle = mirror.open(node, FileFlags.O_RDWR).handle();
    mirror.flush(node, handle).assertDone();
    mirror.fsync(node, handle, true).assertDone();
    mirror.fsync(node, handle, false).assertDone();
    assertEquals("0123456789", mirror.read(node, handle, 0, 100).text(), "flush closed the file");
  }

  @Test
  void openTruncates() throws Exception {
    mirror.open(node, FileFlags.O_WRONLY | FileFlags.O_TRUNC).assertDone();
    assertEquals(0, Files.size(file));
  }

  @Test
  void appendGoesToTheEndThatTheBackendHas() throws Exception {
    long handle = mirror.open(node, FileFlags.O_RDWR | FileFlags.O_APPEND).handle();
    Files.writeString(file, "0123456789+more");
    mirror.write(node, handle, 10, "END", false).assertDone();
    assertEquals("0123456789+moreEND", Files.readString(file));
  }

  @Test
  void pagesOfAMappingGoToTheirPlaceAlsoThroughAnAppendingHandle() throws Exception {
    long handle = mirror.open(node, FileFlags.O_RDWR | FileFlags.O_APPEND).handle();
    Mirror.Caller kernel = new Mirror.Caller(0, 0, 0);
    assertEquals(2, mirror.write(kernel, node, handle, 3, "XY", false).written());
    assertEquals("012XY56789", Files.readString(file));
  }

  @Test
  void flagsThatMeanTheNameDoNotReachTheBackend() {
    int flags = FileFlags.O_NOFOLLOW | FileFlags.O_EXCL | FileFlags.O_CREAT;
    long handle = mirror.open(node, FileFlags.O_RDONLY | flags).handle();
    assertEquals("1", mirror.read(node, handle, 1, 1).text());
  }

  @Test
  void directIoReachesTheBackendWhereNothingCanBeWritten() {
    int direct = FileFlags.O_DIRECT;
    assertEquals(direct, OpenFiles.backendFlags(FileFlags.O_RDONLY | direct) & direct);
    assertEquals(0, OpenFiles.backendFlags(FileFlags.O_RDWR | direct) & direct);
    assertEquals(0, OpenFiles.backendFlags(FileFlags.O_WRONLY | direct) & direct);
  }

  @Test
  void onlyRegularFilesAreOpened() throws Exception {
    Files.createSymbolicLink(source.resolve("link"), file);
    mirror.open(mirror.node("link"), FileFlags.O_RDONLY).assertErrno(Errno.ELOOP);
    mirror.open(Mirror.ROOT, FileFlags.O_RDONLY).assertErrno(Errno.EISDIR);
    mirror.open(99, FileFlags.O_RDONLY).assertErrno(Errno.ESTALE);
    int[] types = {FileFlags.S_IFIFO, FileFlags.S_IFSOCK, FileFlags.S_IFCHR};
    for (int type : types) {
      long special =
          mirror.mknod(Mirror.ROOT_USER, Mirror.ROOT, "special" + type, type | 0600, 0x103).node();
      mirror.open(special, FileFlags.O_RDONLY).assertErrno(Errno.ENXIO);
    }
    mirror.opendir(node).assertErrno(Errno.ENOTDIR);
    mirror.opendir(99).assertErrno(Errno.ESTALE);
  }

  @Test
  void openFlagsFollowTheOptions() throws Exception {
    assertEquals(OpenFlags.NOFLUSH, mirror.open(node, FileFlags.O_RDONLY).openFlags());
    assertEquals(0, mirror.open(node, FileFlags.O_RDWR).openFlags());
    assertNotEquals(true, mirror.fs.features().contains(Feature.MAP_DIRECT_IO));
    try (Mirror direct =
        new Mirror(source, new MirrorOptions(0, 0, 0, true, PassedThrough.NONE, 10))) {
      assertEquals(true, direct.fs.features().contains(Feature.MAP_DIRECT_IO));
      int flags = direct.open(direct.node("file"), FileFlags.O_WRONLY).openFlags();
      assertEquals(OpenFlags.DIRECT_IO | OpenFlags.PARALLEL_DIRECT_WRITES, flags);
    }
  }

  @Test
  void writeTakesPrivilegesWhenAsked() {
    mirror.setattr(node, new Mirror.Change().mode(06777)).assertDone();
    long handle = mirror.open(node, FileFlags.O_WRONLY).handle();
    mirror.write(node, handle, 0, "x", false).assertDone();
    assertEquals(FileFlags.S_IFREG | 06777, mirror.getattr(node).attributes().mode());
    mirror.write(node, handle, 0, "x", true).assertDone();
    assertEquals(FileFlags.S_IFREG | 0777, mirror.getattr(node).attributes().mode());
  }

  @Test
  void openWithTruncationTakesPrivilegesWhenAsked() {
    mirror.setattr(node, new Mirror.Change().mode(04755)).assertDone();
    mirror.open(node, FileFlags.O_WRONLY, true).assertDone();
    assertEquals(FileFlags.S_IFREG | 04755, mirror.getattr(node).attributes().mode());
    mirror.open(node, FileFlags.O_WRONLY | FileFlags.O_TRUNC, true).assertDone();
    assertEquals(FileFlags.S_IFREG | 0755, mirror.getattr(node).attributes().mode());
  }
}
