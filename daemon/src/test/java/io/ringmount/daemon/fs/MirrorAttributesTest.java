package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.FileSystem;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.linux.Statx;
import io.ringmount.channels.wire.Attributes;
import io.ringmount.channels.wire.SetattrValid;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class MirrorAttributesTest {
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
  void getattrTellsEveryField() throws Exception {
    Answer.OfAttributes answer = mirror.getattr(node);
    Attributes told = answer.attributes();
    Map<String, Object> real = Files.readAttributes(file, "unix:*");
    assertEquals(Mirror.SECOND, answer.timeout());
    assertEquals(real.get("ino"), told.inode());
    assertEquals(real.get("mode"), told.mode());
    assertEquals(real.get("nlink"), told.links());
    assertEquals(real.get("uid"), told.uid());
    assertEquals(real.get("gid"), told.gid());
    assertEquals(real.get("size"), told.size());
    assertEquals(8, told.blocks());
    assertEquals(4096, told.blockSize());
    assertEquals(0, told.flags());
    assertEquals(
        ((FileTime) real.get("ctime")).toInstant(),
        Instant.ofEpochSecond(told.changeTimeSeconds(), told.changeTimeNanos()));
  }

  @Test
  void getattrByHandle() {
    long handle = mirror.open(node, FileFlags.O_RDONLY).handle();
    assertEquals(10, mirror.getattr(node, handle).attributes().size());
    mirror.getattr(node, handle + 1).assertErrno(Errno.EBADF);
    mirror.getattr(Mirror.ROOT, handle).assertErrno(Errno.EBADF);
    mirror.getattr(99).assertErrno(Errno.ESTALE);
  }

  @Test
  void timesAreKeptToTheNanosecond() throws Exception {
    Mirror.Change change =
        new Mirror.Change().accessTime(1_000_000_001, 123_456_789).modificationTime(-5, 7);
    Attributes told = mirror.setattr(node, change).attributes();
    assertEquals(1_000_000_001, told.accessTimeSeconds());
    assertEquals(123_456_789, told.accessTimeNanos());
    assertEquals(-5, told.modificationTimeSeconds());
    assertEquals(7, told.modificationTimeNanos());
    assertEquals(Instant.ofEpochSecond(-5, 7), Files.getLastModifiedTime(file).toInstant());

    mirror.setattr(node, new Mirror.Change().modificationTime(9, 9)).assertDone();
    told = mirror.getattr(node).attributes();
    assertEquals(123_456_789, told.accessTimeNanos(), "the other time changed too");
    assertEquals(9, told.modificationTimeNanos());
  }

  @Test
  void presentTimeIsTheBackends() throws Exception {
    Instant before = Instant.now().minusSeconds(1);
    mirror
        .setattr(
            node,
            new Mirror.Change().modificationTime(5, 5).valid(SetattrValid.MODIFICATION_TIME_NOW))
        .assertDone();
    assertTrue(Files.getLastModifiedTime(file).toInstant().isAfter(before));
  }

  @Test
  void sizeByNodeAndByHandle() throws Exception {
    assertEquals(3, mirror.setattr(node, new Mirror.Change().size(3)).attributes().size());
    assertEquals("012", Files.readString(file));
    long handle = mirror.open(node, FileFlags.O_WRONLY).handle();
    mirror.setattr(node, new Mirror.Change().size(1).handle(handle)).assertDone();
    assertEquals("0", Files.readString(file));
    mirror.setattr(node, new Mirror.Change().size(2).handle(777)).assertDone();
    assertEquals(2, Files.size(file));
    mirror.setattr(Mirror.ROOT, new Mirror.Change().size(3)).assertErrno(Errno.EISDIR);
    mirror.setattr(99, new Mirror.Change().size(3)).assertErrno(Errno.ESTALE);
  }

  @Test
  void unlinkedOpenFileChangesByHandle() throws Exception {
    long handle = mirror.open(node, FileFlags.O_RDWR).handle();
    Files.delete(file);
    Mirror.Change change = new Mirror.Change().handle(handle).size(4).mode(0600).uid(7);
    Attributes told = mirror.setattr(node, change).attributes();
    assertEquals(4, told.size());
    assertEquals(FileFlags.S_IFREG | 0600, told.mode());
    assertEquals(7, told.uid());
  }

  @Test
  void modeAndOwner() throws Exception {
    Mirror.Change change = new Mirror.Change().mode(04750).uid(1000).gid(1001);
    Attributes told = mirror.setattr(node, change).attributes();
    assertEquals(FileFlags.S_IFREG | 04750, told.mode(), "the owner is set before the mode");
    assertEquals(1000, told.uid());
    assertEquals(1001, told.gid());
    told = mirror.setattr(node, new Mirror.Change().gid(5)).attributes();
    assertEquals(1000, told.uid());
    assertEquals(5, told.gid());
    assertEquals(FileFlags.S_IFREG | 0750, told.mode(), "a new owner does not inherit set-user-id");
  }

  @Test
  void modeOfDirectory() {
    long directory = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "d", 0700).node();
    Attributes told = mirror.setattr(directory, new Mirror.Change().mode(02775)).attributes();
    assertEquals(FileFlags.S_IFDIR | 02775, told.mode());
  }

  @Test
  void symbolicLinkHasOwnerAndTimesButNoMode() throws Exception {
    Files.createSymbolicLink(source.resolve("link"), file);
    long link = mirror.node("link");
    Attributes told =
        mirror
            .setattr(link, new Mirror.Change().uid(3).gid(4).modificationTime(11, 12))
            .attributes();
    assertEquals(3, told.uid());
    assertEquals(12, told.modificationTimeNanos());
    assertEquals(0, Files.getAttribute(file, "unix:uid"), "the target was changed");
    assertEquals(
        3, Files.getAttribute(source.resolve("link"), "unix:uid", LinkOption.NOFOLLOW_LINKS));
    mirror.setattr(link, new Mirror.Change().mode(0600)).assertErrno(Errno.EOPNOTSUPP);
    mirror.setattr(link, new Mirror.Change().size(0)).assertErrno(Errno.EINVAL);
    assertEquals(10, Files.size(file));
  }

  @Test
  void firstFailingStepIsAnsweredAndLaterOnesAreLeft() throws Exception {
    Mirror.Change change = new Mirror.Change().size(-1).mode(0111);
    int before = (int) Files.getAttribute(file, "unix:mode");
    mirror.setattr(node, change).assertErrno(Errno.EINVAL);
    assertEquals(before, Files.getAttribute(file, "unix:mode"));
  }

  @Test
  void truncationTakesPrivilegesWhenAsked() {
    mirror.setattr(node, new Mirror.Change().mode(06755)).assertDone();
    Attributes told = mirror.setattr(node, new Mirror.Change().size(9)).attributes();
    assertEquals(FileFlags.S_IFREG | 06755, told.mode());
    told =
        mirror
            .setattr(node, new Mirror.Change().size(8).valid(SetattrValid.KILL_SUIDGID))
            .attributes();
    assertEquals(FileFlags.S_IFREG | 0755, told.mode());
    // Without group execution set-group-id means mandatory locking and stays.
    mirror.setattr(node, new Mirror.Change().mode(06745)).assertDone();
    told =
        mirror
            .setattr(node, new Mirror.Change().size(7).valid(SetattrValid.KILL_SUIDGID))
            .attributes();
    assertEquals(FileFlags.S_IFREG | 02745, told.mode());
  }

  @Test
  void statxTellsTheTimeOfBirthToo() throws Exception {
    long handle = mirror.open(node, FileFlags.O_RDONLY).handle();
    try (Arena arena = Arena.ofConfined()) {
      long real = arena.allocate(Statx.SIZE, 8).address();
      int mask = FileFlags.STATX_BASIC_STATS | FileFlags.STATX_BTIME;
      long path = NativeString.address(arena, file);
      assertEquals(0, FileOps.statx(FileFlags.AT_FDCWD, path, 0, mask, real));
      for (long each : new long[] {FileSystem.NO_HANDLE, handle}) {
        Answer.OfStatx answer = mirror.statx(node, each);
        long told = answer.address();
        assertEquals(Statx.mask(real), Statx.mask(told));
        assertEquals(Statx.btimeSeconds(real), Statx.btimeSeconds(told));
        assertEquals(Statx.btimeNanos(real), Statx.btimeNanos(told));
        assertEquals(Statx.size(real), Statx.size(told));
        assertEquals(Statx.mode(real), Statx.mode(told));
        assertEquals(mirror.getattr(node).attributes().inode(), Statx.inode(told));
        assertEquals(1, answer.timeoutSeconds());
      }
    }
    mirror.statx(node, 99).assertErrno(Errno.EBADF);
    mirror.statx(99, FileSystem.NO_HANDLE).assertErrno(Errno.ESTALE);
  }

  @Test
  void statfsIsTheBackends() throws Exception {
    Answer.OfStatfs told = mirror.statfs(Mirror.ROOT);
    long blocks = told.field(0);
    long fragment = told.field(48) & 0xffffffffL;
    assertEquals(Files.getFileStore(source).getTotalSpace(), blocks * fragment);
    assertEquals(255, told.field(40) >>> 32, "longest name");
    mirror.statfs(99).assertErrno(Errno.ESTALE);
  }
}
