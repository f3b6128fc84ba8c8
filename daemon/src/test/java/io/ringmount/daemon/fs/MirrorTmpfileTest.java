package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that are made without a name. */
@Timeout(30)
class MirrorTmpfileTest {
  private static final int USER = 4242;

  @TempDir Path source;
  private Mirror mirror;

  @BeforeEach
  void open() throws Exception {
    mirror = Mirror.replaceable(source, Mirror.OPTIONS);
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @AfterEach
  void close() {
    mirror.close();
    assertEquals(0, mirror.descriptors(), "descriptors left open");
  }

  @Test
  void itIsTheCallersAndHasNoName() throws Exception {
    Answer.OfEntry made =
        mirror.tmpfile(new Mirror.Caller(USER, USER, 1), Mirror.ROOT, 0000, FileFlags.O_RDWR);
    assertEquals(USER, made.attributes().uid());
    assertEquals(FileFlags.S_IFREG, made.attributes().mode());
    assertEquals(0, made.attributes().links());
    assertEquals(3, mirror.write(made.node(), made.handle(), 0, "abc", false).written());
    assertEquals("abc", mirror.read(made.node(), made.handle(), 0, 9).text());
    try (var names = Files.list(source)) {
      assertEquals(0, names.count());
    }
    mirror.release(made.node(), made.handle()).assertDone();
    mirror.fs.forget(made.node(), 1);
    assertFalse(mirror.vault.has(made.node()), "still in custody");
    assertEquals(1, mirror.fs.knownInodes());
  }

  @Test
  void itOutlivesTheProcessAndMayGetAName() throws Exception {
    Answer.OfEntry made = mirror.tmpfile(Mirror.ROOT_USER, Mirror.ROOT, 0600, FileFlags.O_RDWR);
    long node = made.node();
    long handle = made.handle();
    mirror.write(node, handle, 0, "kept", false).written();
    assertTrue(mirror.vault.has(node));
    mirror.crash();
    assertEquals("kept", mirror.read(node, handle, 0, 9).text());
    assertEquals(node, mirror.link(node, Mirror.ROOT, "name").node());
    assertEquals("kept", Files.readString(source.resolve("name")));
    assertEquals(node, mirror.node("name"));
  }

  @Test
  void oneThatNobodyWasToldOfIsGivenBack() throws Exception {
    Attempt attempt = new Attempt();
    Answer.OfEntry first = mirror.tmpfile(attempt, Mirror.ROOT, 0600, FileFlags.O_RDWR);
    mirror.crash();
    attempt.resumed();
    Answer.OfEntry second = mirror.tmpfile(attempt, Mirror.ROOT, 0600, FileFlags.O_RDWR);
    assertEquals(1, mirror.fs.openHandles());
    mirror.read(first.node(), first.handle(), 0, 1).assertErrno(Errno.EBADF);
    mirror.write(second.node(), second.handle(), 0, "x", false).written();
    mirror.fs.lookupAudit().doubtAll();
    long known = second.node();
    int ended = 0;
    for (int i = 0; i < 2; i++) {
      ended += mirror.fs.lookupAudit().step(node -> node == known);
    }
    assertEquals(1, ended, "the first one's node stays");
    assertFalse(mirror.vault.has(first.node()));
  }

  @Test
  void aDirectoryOrNothing() throws Exception {
    Files.writeString(source.resolve("file"), "");
    mirror
        .tmpfile(Mirror.ROOT_USER, mirror.node("file"), 0600, FileFlags.O_RDWR)
        .assertErrno(Errno.ENOTDIR);
    mirror
        .tmpfile(Mirror.ROOT_USER, Mirror.ROOT, 0600, FileFlags.O_RDONLY)
        .assertErrno(Errno.EINVAL);
  }
}
