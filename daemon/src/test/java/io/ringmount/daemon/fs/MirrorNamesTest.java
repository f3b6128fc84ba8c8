package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.wire.Attributes;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class MirrorNamesTest {
  private static final int MODE = 0644;

  @TempDir Path source;
  private Mirror mirror;

  @BeforeEach
  void open() throws Exception {
    mirror = new Mirror(source);
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.descriptors(), "descriptors left open");
  }

  @Test
  void rootMustBeADirectory() throws Exception {
    Path file = Files.writeString(source.resolve("file"), "x");
    LinuxException refused =
        assertThrows(LinuxException.class, () -> new MirrorFileSystem(file, Mirror.OPTIONS));
    assertEquals(Errno.ENOTDIR, refused.errno());
  }

  @Test
  void lookupGivesNodeAttributesAndTimeouts() throws Exception {
    Path file = Files.writeString(source.resolve("file"), "hello");
    Answer.OfLookup found = mirror.lookup(Mirror.ROOT, "file");
    assertTrue(found.node() > Mirror.ROOT);
    assertEquals(Mirror.SECOND, found.entryTimeout());
    assertEquals(5, found.attributes().size());
    assertEquals(Files.getAttribute(file, "unix:ino"), found.attributes().inode());
    assertEquals(Files.getAttribute(file, "unix:mode"), found.attributes().mode());
  }

  @Test
  void sameFileIsSameNodeByEveryName() throws Exception {
    Files.writeString(source.resolve("file"), "x");
    Files.createLink(source.resolve("other"), source.resolve("file"));
    long node = mirror.node("file");
    assertEquals(node, mirror.node("file"));
    assertEquals(node, mirror.node("other"));
    assertEquals(2, mirror.fs.knownInodes());
    mirror.fs.forget(node, 2);
    assertEquals(2, mirror.fs.knownInodes());
    mirror.fs.forget(node, 1);
    assertEquals(1, mirror.fs.knownInodes());
    assertNotEquals(node, mirror.node("file"), "a node number was used again");
  }

  @Test
  void missingNameIsEnoentOrCachedAsAbsent() throws Exception {
    mirror.lookup(Mirror.ROOT, "none").assertErrno(Errno.ENOENT);
    MirrorOptions options =
        new MirrorOptions(0, 0, 7 * Mirror.SECOND / 2, false, PassedThrough.NONE, 10);
    try (Mirror caching = new Mirror(source, options)) {
      Answer.OfLookup absent = caching.lookup(Mirror.ROOT, "none");
      assertEquals(0, absent.node());
      assertEquals(7 * Mirror.SECOND / 2, absent.entryTimeout());
    }
  }

  @Test
  void lookupErrorsAreTheBackends() throws Exception {
    Files.writeString(source.resolve("file"), "x");
    mirror.lookup(mirror.node("file"), "below").assertErrno(Errno.ENOTDIR);
    mirror.lookup(Mirror.ROOT, "x".repeat(256)).assertErrno(Errno.ENAMETOOLONG);
    mirror.lookup(99, "file").assertErrno(Errno.ESTALE);
  }

  @Test
  void mkdirAndRmdir() {
    Answer.OfLookup made = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "dir", 01770);
    assertEquals(FileFlags.S_IFDIR | 01770, made.attributes().mode());
    mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "dir", 0755).assertErrno(Errno.EEXIST);
    mirror.mkdir(Mirror.ROOT_USER, 99, "dir", 0755).assertErrno(Errno.ESTALE);
    mirror.mkdir(Mirror.ROOT_USER, made.node(), "sub", 0755).assertDone();
    mirror.rmdir(Mirror.ROOT, "dir").assertErrno(Errno.ENOTEMPTY);
    mirror.unlink(Mirror.ROOT, "dir").assertErrno(Errno.EISDIR);
    mirror.rmdir(made.node(), "sub").assertDone();
    mirror.rmdir(Mirror.ROOT, "dir").assertDone();
    assertFalse(Files.exists(source.resolve("dir")));
  }

  @Test
  void removedDirectoryTakesNoNewNames() {
    long node = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "dir", 0755).node();
    mirror.rmdir(Mirror.ROOT, "dir").assertDone();
    mirror.mkdir(Mirror.ROOT_USER, node, "sub", 0755).assertErrno(Errno.ENOENT);
  }

  @Test
  void mknodMakesEveryTypeExactly() {
    int[] types = {FileFlags.S_IFREG, FileFlags.S_IFIFO, FileFlags.S_IFSOCK};
    for (int type : types) {
      Answer.OfLookup made =
          mirror.mknod(Mirror.ROOT_USER, Mirror.ROOT, "node" + type, type | 0606, 0);
      assertEquals(type | 0606, made.attributes().mode());
    }
    int device = Attributes.encodeDevice(1, 0x345);
    Answer.OfLookup made =
        mirror.mknod(Mirror.ROOT_USER, Mirror.ROOT, "dev", FileFlags.S_IFCHR | MODE, device);
    assertEquals(FileFlags.S_IFCHR | MODE, made.attributes().mode());
    assertEquals(device, made.attributes().device());
  }

  @Test
  void unlinkedFileKeepsItsNodeUntilForgotten() throws Exception {
    Files.writeString(source.resolve("file"), "still here");
    long node = mirror.node("file");
    mirror.unlink(Mirror.ROOT, "file").assertDone();
    mirror.unlink(Mirror.ROOT, "file").assertErrno(Errno.ENOENT);
    assertEquals(0, mirror.getattr(node).attributes().links());
    assertEquals("still here", mirror.content(node));
    mirror.fs.forget(node, 1);
    mirror.getattr(node).assertErrno(Errno.ESTALE);
  }

  @Test
  void renameAndItsFlags() throws Exception {
    Files.writeString(source.resolve("a"), "A");
    Files.writeString(source.resolve("b"), "B");
    Files.createDirectory(source.resolve("dir"));
    long directory = mirror.node("dir");
    mirror
        .rename(Mirror.ROOT, "a", Mirror.ROOT, "b", FileFlags.RENAME_NOREPLACE)
        .assertErrno(Errno.EEXIST);
    mirror.rename(Mirror.ROOT, "a", Mirror.ROOT, "b", FileFlags.RENAME_EXCHANGE).assertDone();
    assertEquals("B", Files.readString(source.resolve("a")));
    long node = mirror.node("a");
    mirror.rename(Mirror.ROOT, "a", directory, "c", 0).assertDone();
    assertEquals("B", Files.readString(source.resolve("dir/c")));
    assertEquals(node, mirror.lookup(directory, "c").node());
    mirror.rename(Mirror.ROOT, "a", directory, "c", 0).assertErrno(Errno.ENOENT);
    mirror.rename(Mirror.ROOT, "dir", directory, "loop", 0).assertErrno(Errno.EINVAL);
    mirror.rename(99, "a", directory, "c", 0).assertErrno(Errno.ESTALE);
    mirror.rename(directory, "c", 99, "c", 0).assertErrno(Errno.ESTALE);
  }

  @Test
  void linkGivesTheSameNodeOneMoreLookup() throws Exception {
    Files.writeString(source.resolve("file"), "x");
    long node = mirror.node("file");
    Answer.OfLookup linked = mirror.link(node, Mirror.ROOT, "second");
    assertEquals(node, linked.node());
    assertEquals(2, linked.attributes().links());
    mirror.fs.forget(node, 2);
    assertEquals(1, mirror.fs.knownInodes());
    assertEquals(0, mirror.fs.ignoredForgets());
  }

  @Test
  void linkErrors() throws Exception {
    Files.writeString(source.resolve("file"), "x");
    Files.createDirectory(source.resolve("dir"));
    long node = mirror.node("file");
    mirror.link(node, Mirror.ROOT, "dir").assertErrno(Errno.EEXIST);
    mirror.link(mirror.node("dir"), Mirror.ROOT, "dir2").assertErrno(Errno.EPERM);
    mirror.link(99, Mirror.ROOT, "n").assertErrno(Errno.ESTALE);
    mirror.link(node, 99, "n").assertErrno(Errno.ESTALE);
  }

  @Test
  void symbolicLinksAreLinkedNotFollowed() {
    long link = mirror.symlink(Mirror.ROOT_USER, Mirror.ROOT, "link", "/etc/passwd").node();
    long second = mirror.link(link, Mirror.ROOT, "link2").node();
    assertEquals(link, second);
    assertTrue(Files.isSymbolicLink(source.resolve("link2")));
  }

  @Test
  void symlinkAndReadlink() {
    Answer.OfLookup made = mirror.symlink(Mirror.ROOT_USER, Mirror.ROOT, "link", "../any where/ü");
    assertEquals(FileFlags.S_IFLNK, made.attributes().mode() & FileFlags.S_IFMT);
    assertEquals("../any where/ü", mirror.readlink(made.node()).text());
    mirror.readlink(Mirror.ROOT).assertErrno(Errno.EINVAL);
    mirror.readlink(99).assertErrno(Errno.ESTALE);
    assertTrue(Files.exists(source.resolve("link"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void createOpensANewFile() throws Exception {
    Answer.OfEntry made =
        mirror.create(Mirror.ROOT_USER, Mirror.ROOT, "new", 0400, FileFlags.O_RDWR);
    assertEquals(FileFlags.S_IFREG | 0400, made.attributes().mode());
    mirror.write(made.node(), made.handle(), 0, "text", false).assertDone();
    assertEquals("text", Files.readString(source.resolve("new")));
    assertEquals(1, mirror.fs.openHandles());
    mirror.release(made.node(), made.handle()).assertDone();
    assertEquals(made.node(), mirror.node("new"));
  }

  @Test
  void createOfAnExistingFile() throws Exception {
    Files.writeString(source.resolve("old"), "content");
    long node = mirror.node("old");
    int exclusive = FileFlags.O_RDWR | FileFlags.O_CREAT | FileFlags.O_EXCL;
    mirror.create(Mirror.ROOT_USER, Mirror.ROOT, "old", MODE, exclusive).assertErrno(Errno.EEXIST);
    Answer.OfEntry opened =
        mirror.create(Mirror.ROOT_USER, Mirror.ROOT, "old", MODE, FileFlags.O_RDWR);
    assertEquals(node, opened.node());
    assertEquals("content", mirror.read(node, opened.handle(), 0, 100).text());
    int truncating = FileFlags.O_RDWR | FileFlags.O_TRUNC;
    mirror.create(Mirror.ROOT_USER, Mirror.ROOT, "old", MODE, truncating).assertDone();
    assertEquals(0, Files.size(source.resolve("old")));
  }

  @Test
  void createNeverOpensWhatIsNoRegularFile() throws Exception {
    Files.createDirectory(source.resolve("dir"));
    Files.createSymbolicLink(source.resolve("link"), Path.of("/etc/passwd"));
    mirror.mknod(Mirror.ROOT_USER, Mirror.ROOT, "pipe", FileFlags.S_IFIFO | MODE, 0).assertDone();
    int flags = FileFlags.O_WRONLY;
    mirror.create(Mirror.ROOT_USER, Mirror.ROOT, "dir", MODE, flags).assertErrno(Errno.EISDIR);
    mirror.create(Mirror.ROOT_USER, Mirror.ROOT, "link", MODE, flags).assertErrno(Errno.ELOOP);
    mirror.create(Mirror.ROOT_USER, Mirror.ROOT, "pipe", MODE, flags).assertErrno(Errno.ENXIO);
    mirror.create(Mirror.ROOT_USER, 99, "any", MODE, flags).assertErrno(Errno.ESTALE);
  }
}
