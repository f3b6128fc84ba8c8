package io.ringmount.channels.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class FileOpsTest {
  private static final int BUFFER = 4096;

  @TempDir Path directory;

  private final Arena arena = Arena.ofConfined();
  private long buffer;
  private int dirFd;

  @BeforeEach
  void openDirectory() throws LinuxException {
    buffer = arena.allocate(BUFFER, Long.BYTES).address();
    dirFd = FileOps.open(directory, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY);
  }

  @AfterEach
  void closeDirectory() {
    assertEquals(0, FileOps.close(dirFd));
    arena.close();
  }

  private long name(String text) {
    return NativeString.address(arena, text);
  }

  private int create(String file) {
    int fd =
        (int)
            FileOps.openat(
                dirFd,
                name(file),
                FileFlags.O_RDWR | FileFlags.O_CREAT | FileFlags.O_EXCL | FileFlags.O_CLOEXEC,
                0600);
    assertTrue(fd >= 0, () -> Errno.name(-fd));
    return fd;
  }

  @Test
  void writesAndReadsAtOffsets() throws IOException {
    int fd = create("f");
    byte[] text = "hello".getBytes(UTF_8);
    Memory.copy(text, 0, buffer, text.length);
    assertEquals(5, FileOps.pwrite(fd, buffer, 5, 3));
    assertEquals(0, FileOps.fdatasync(fd));
    assertEquals(0, FileOps.fsync(fd));
    assertEquals(0, FileOps.syncfs(fd));
    assertEquals("\0\0\0hello", Files.readString(directory.resolve("f")));
    Memory.zero(buffer, 16);
    assertEquals(3, FileOps.pread(fd, buffer, 3, 5));
    assertEquals('l', Memory.getByte(buffer));
    assertEquals(0, FileOps.pread(fd, buffer, 3, 100));
    assertEquals(8, FileOps.lseek(fd, 0, FileFlags.SEEK_END));
    assertEquals(0, FileOps.ftruncate(fd, 4));
    assertEquals(4, Files.size(directory.resolve("f")));
    assertEquals(0, FileOps.truncate(name(directory.resolve("f").toString()), 9000));
    assertEquals(9000, Files.size(directory.resolve("f")));
    FileOps.close(fd);
  }

  @Test
  void errorsAreNegativeErrno() {
    assertEquals(-Errno.ENOENT, FileOps.openat(dirFd, name("absent"), FileFlags.O_RDONLY, 0));
    assertEquals(-Errno.EBADF, FileOps.close(-1));
    assertEquals(-Errno.EBADF, FileOps.pread(-1, buffer, 1, 0));
    assertEquals(-Errno.ENOENT, FileOps.unlinkat(dirFd, name("absent"), 0));
  }

  @Test
  void namesAreMadeRenamedLinkedAndRemoved() throws IOException {
    FileOps.close(create("a"));
    assertEquals(0, FileOps.linkat(dirFd, name("a"), dirFd, name("b"), 0));
    assertEquals(0, FileOps.symlinkat(name("a"), dirFd, name("link")));
    assertEquals(0, FileOps.mkdirat(dirFd, name("sub"), 0700));
    int pipe = FileFlags.S_IFIFO | 0600;
    assertEquals(0, FileOps.mknodat(dirFd, name("pipe"), pipe, 0));
    int flags = FileFlags.RENAME_NOREPLACE;
    assertEquals(-Errno.EEXIST, FileOps.renameat2(dirFd, name("a"), dirFd, name("b"), flags));
    assertEquals(0, FileOps.renameat2(dirFd, name("a"), dirFd, name("c"), flags));

    assertEquals(1, FileOps.readlinkat(dirFd, name("link"), buffer, BUFFER));
    assertEquals('a', Memory.getByte(buffer));
    assertEquals(2, Files.getAttribute(directory.resolve("c"), "unix:nlink"));
    assertEquals(Set.of("b:8", "c:8", "link:10", "sub:4", "pipe:1"), entries());

    assertEquals(-Errno.EISDIR, FileOps.unlinkat(dirFd, name("sub"), 0));
    assertEquals(0, FileOps.unlinkat(dirFd, name("sub"), FileFlags.AT_REMOVEDIR));
    assertFalse(Files.exists(directory.resolve("sub")));
  }

  private Set<String> entries() {
    Set<String> names = new TreeSet<>();
    long filled;
    while ((filled = FileOps.getdents64(dirFd, buffer, BUFFER)) > 0) {
      for (long at = buffer; at < buffer + filled; at += Memory.getShort(at + 16)) {
        byte[] text = new byte[Memory.stringLength(at + 19, 255)];
        Memory.copy(at + 19, text, 0, text.length);
        String each = new String(text, UTF_8);
        if (!each.startsWith(".")) {
          names.add(each + ":" + Memory.getByte(at + 18));
        }
      }
    }
    assertEquals(0, filled);
    return names;
  }

  @Test
  void attributesAreChanged() throws IOException {
    int fd = create("f");
    Path file = directory.resolve("f");
    assertEquals(0, FileOps.chmod(name("/proc/self/fd/" + fd), 0640));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    Memory.putLong(buffer, 0);
    Memory.putLong(buffer + 8, FileFlags.UTIME_OMIT);
    Memory.putLong(buffer + 16, 1_000_000_000L);
    Memory.putLong(buffer + 24, 500_000_000L);
    FileTime access = (FileTime) Files.getAttribute(file, "lastAccessTime");
    assertEquals(0, FileOps.utimensat(dirFd, name("f"), buffer, FileFlags.AT_SYMLINK_NOFOLLOW));
    assertEquals(1_000_000_000_500L, Files.getLastModifiedTime(file).toMillis());
    assertEquals(access, Files.getAttribute(file, "lastAccessTime"));
    if (Credentials.effectiveUid() == 0) {
      assertEquals(0, FileOps.fchownat(fd, FileOps.EMPTY_PATH, 12, 34, FileFlags.AT_EMPTY_PATH));
      assertEquals(12, Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS));
      assertEquals(34, Files.getAttribute(file, "unix:gid", LinkOption.NOFOLLOW_LINKS));
    }
    FileOps.close(fd);
  }

  @Test
  void duplicateSharesTheOpenFileAndIsClosedOnExec() throws IOException {
    int fd = create("f");
    int copy = (int) FileOps.dup(fd);
    assertTrue(copy > 2);
    FileOps.lseek(fd, 7, FileFlags.SEEK_SET);
    assertEquals(7, FileOps.lseek(copy, 0, FileFlags.SEEK_CUR));
    String flags = Files.readString(Path.of("/proc/self/fdinfo/" + copy)).lines().toList().get(1);
    int value = Integer.parseInt(flags.replace("flags:", "").strip(), 8);
    assertTrue((value & FileFlags.O_CLOEXEC) != 0, flags);
    FileOps.close(fd);
    FileOps.close(copy);
  }

  @Test
  void handleLeadsBackToTheFileUntilItIsGone() throws IOException {
    assumeTrue(Credentials.hasSysAdmin());
    FileOps.close(create("f"));
    int room = 128;
    Memory.putInt(buffer, 0);
    long mountId = buffer + 1024;
    assertEquals(-Errno.EOVERFLOW, FileOps.nameToHandleAt(dirFd, name("f"), buffer, mountId, 0));
    Memory.putInt(buffer, room);
    assertEquals(0, FileOps.nameToHandleAt(dirFd, name("f"), buffer, mountId, 0));
    Files.move(directory.resolve("f"), directory.resolve("g"));
    int fd = (int) FileOps.openByHandleAt(dirFd, buffer, FileFlags.O_RDONLY);
    assertTrue(fd >= 0, () -> Errno.name(-fd));
    assertEquals(
        Files.getAttribute(directory.resolve("g"), "unix:ino"),
        Files.getAttribute(Path.of("/proc/self/fd/" + fd), "unix:ino"));
    FileOps.close(fd);
    Files.delete(directory.resolve("g"));
    assertEquals(-Errno.ESTALE, FileOps.openByHandleAt(dirFd, buffer, FileFlags.O_RDONLY));
  }

  @Test
  void openNamesCallErrorAndPath() {
    Path absent = directory.resolve("absent");
    LinuxException e =
        assertThrows(LinuxException.class, () -> FileOps.open(absent, FileFlags.O_RDONLY));
    assertEquals(Errno.ENOENT, e.errno());
    assertEquals("open", e.call());
    assertEquals("open " + absent + ": ENOENT (no such file or directory)", e.getMessage());
  }

  @Test
  void openBeneathStaysInTheTree() throws IOException {
    Files.writeString(Files.createDirectories(directory.resolve("d/e")).resolve("f"), "x");
    Files.createSymbolicLink(directory.resolve("d/up"), Path.of("../d/e/f"));
    Files.createSymbolicLink(directory.resolve("out"), Path.of("../../absent"));
    Files.createSymbolicLink(directory.resolve("absolute"), Path.of("/absent"));
    Files.createSymbolicLink(directory.resolve("circle"), Path.of("circle"));
    FileOps.close(FileOps.openBeneath(dirFd, "d/e/f", FileFlags.O_RDONLY));
    FileOps.close(FileOps.openBeneath(dirFd, "d/../d/up", FileFlags.O_RDONLY));
    assertEquals(Errno.EXDEV, refusal("../x"));
    assertEquals(Errno.EXDEV, refusal("d/../../x"));
    assertEquals(Errno.EXDEV, refusal("out"));
    assertEquals(Errno.EXDEV, refusal("absolute"));
    assertEquals(Errno.EXDEV, refusal("/etc/passwd"));
    assertEquals(Errno.ELOOP, refusal("circle"));
  }

  private int refusal(String path) {
    LinuxException e =
        assertThrows(
            LinuxException.class, () -> FileOps.openBeneath(dirFd, path, FileFlags.O_RDONLY));
    assertEquals("openat2", e.call());
    assertTrue(e.getMessage().contains(path));
    return e.errno();
  }

  @Test
  void openat2RefusesLinksAndMagicLinks() throws IOException {
    Files.createSymbolicLink(directory.resolve("link"), Path.of("f"));
    long how = buffer;
    FileOps.fillOpenHow(how, FileFlags.O_RDONLY, 0, FileFlags.RESOLVE_NO_SYMLINKS);
    assertEquals(-Errno.ELOOP, FileOps.openat2(dirFd, name("link"), how));
    FileOps.fillOpenHow(how, FileFlags.O_RDONLY, 0, FileFlags.RESOLVE_NO_MAGICLINKS);
    assertEquals(-Errno.ELOOP, FileOps.openat2(dirFd, name("/proc/self/fd/" + dirFd), how));
    FileOps.fillOpenHow(
        how, FileFlags.O_WRONLY | FileFlags.O_CREAT, 0640, FileFlags.RESOLVE_BENEATH);
    int fd = (int) FileOps.openat2(dirFd, name("f"), how);
    assertTrue(fd >= 0, () -> Errno.name(-fd));
    FileOps.close(fd);
  }
}
