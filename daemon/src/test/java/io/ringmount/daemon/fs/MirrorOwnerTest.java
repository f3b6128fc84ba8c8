package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.wire.Attributes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who owns what is made through the mirror, and what a caller may not make. */
@Timeout(30)
class MirrorOwnerTest {
  private static final Mirror.Caller USER = new Mirror.Caller(1000, 1001, 0);

  @TempDir Path source;
  private Mirror mirror;
  private long theirs;
  private long roots;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0, "acting as another user needs root");
    mirror = new Mirror(source);
    theirs = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "theirs", 0755).node();
    mirror.setattr(theirs, new Mirror.Change().uid(1000).gid(1001)).assertDone();
    roots = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "roots", 0755).node();
  }

  @AfterEach
  void close() {
    assertEquals(0, Credentials.setFsUid(-1), "the thread is not itself again");
    assertEquals(0, Credentials.setFsGid(-1), "the thread is not itself again");
    mirror.close();
  }

  private static void assertOwner(Attributes attributes) {
    assertEquals(1000, attributes.uid());
    assertEquals(1001, attributes.gid());
  }

  @Test
  void everythingNewBelongsToTheCaller() {
    assertOwner(mirror.create(USER, theirs, "f", 0600, FileFlags.O_RDWR).attributes());
    assertOwner(mirror.mkdir(USER, theirs, "d", 0700).attributes());
    assertOwner(mirror.mknod(USER, theirs, "p", FileFlags.S_IFIFO | 0600, 0).attributes());
    assertOwner(mirror.symlink(USER, theirs, "l", "target").attributes());
  }

  @Test
  void backendRefusesWhereTheCallerMayNot() {
    mirror.create(USER, roots, "f", 0600, FileFlags.O_RDWR).assertErrno(Errno.EACCES);
    mirror.mkdir(USER, roots, "d", 0700).assertErrno(Errno.EACCES);
    mirror.symlink(USER, roots, "l", "target").assertErrno(Errno.EACCES);
    mirror.mknod(USER, roots, "p", FileFlags.S_IFIFO | 0600, 0).assertErrno(Errno.EACCES);
    mirror.mknod(USER, theirs, "c", FileFlags.S_IFCHR | 0600, 0x103).assertErrno(Errno.EPERM);
  }

  @Test
  void createOpensAnExistingFileOnlyWithTheCallersRights() throws Exception {
    Files.writeString(source.resolve("theirs/secret"), "secret");
    long node = mirror.lookup(theirs, "secret").node();
    // Group 0 may write, which is this process's group but not the caller's.
    mirror.setattr(node, new Mirror.Change().mode(0660)).assertDone();
    mirror.create(USER, theirs, "secret", 0600, FileFlags.O_RDWR).assertErrno(Errno.EACCES);
    mirror.setattr(node, new Mirror.Change().mode(0606)).assertDone();
    mirror.create(USER, theirs, "secret", 0600, FileFlags.O_RDWR).assertDone();
  }

  @Test
  void createWithTruncationTakesPrivilegesOfAFileThatExists() throws Exception {
    Files.writeString(source.resolve("theirs/tool"), "tool");
    long node = mirror.lookup(theirs, "tool").node();
    Mirror.Change toSet = new Mirror.Change().mode(04777);
    mirror.setattr(node, toSet).assertDone();
    int truncating = FileFlags.O_WRONLY | FileFlags.O_TRUNC;
    int set = FileFlags.S_IFREG | 04777;
    Mirror.Caller root = Mirror.ROOT_USER;
    mirror.create(root, theirs, "tool", 0600, FileFlags.O_WRONLY, true).assertDone();
    assertEquals(set, mirror.getattr(node).attributes().mode());
    mirror.create(root, theirs, "tool", 0600, truncating, false).assertDone();
    assertEquals(set, mirror.getattr(node).attributes().mode());
    int cleared = FileFlags.S_IFREG | 0777;
    Answer.OfEntry opened = mirror.create(root, theirs, "tool", 0600, truncating, true);
    assertEquals(cleared, opened.attributes().mode());
    // This caller may write the file and does not own it.
    mirror.setattr(node, toSet).assertDone();
    opened = mirror.create(USER, theirs, "tool", 0600, truncating, true);
    assertEquals(cleared, opened.attributes().mode());
    Answer.OfEntry made = mirror.create(root, theirs, "new", 04755, truncating, true);
    assertEquals(FileFlags.S_IFREG | 04755, made.attributes().mode(), "a new file keeps its mode");
  }

  @Test
  void directoryWithSetGroupIdGivesItsGroup() {
    mirror.setattr(theirs, new Mirror.Change().gid(1234)).assertDone();
    mirror.setattr(theirs, new Mirror.Change().mode(02775)).assertDone();
    Attributes made = mirror.create(USER, theirs, "f", 0600, FileFlags.O_RDWR).attributes();
    assertEquals(1000, made.uid());
    assertEquals(1234, made.gid());
  }

  @Test
  void supplementaryGroupsOfTheCallerCount() throws Exception {
    mirror.setattr(roots, new Mirror.Change().gid(4242)).assertDone();
    mirror.setattr(roots, new Mirror.Change().mode(0775)).assertDone();
    mirror.create(USER, roots, "without", 0600, FileFlags.O_RDWR).assertErrno(Errno.EACCES);
    Process process = new ProcessBuilder("setpriv", "--groups", "7,4242,9", "cat").start();
    try {
      awaitExec(process.pid());
      Mirror.Caller member = new Mirror.Caller(1000, 1001, (int) process.pid());
      assertOwner(mirror.create(member, roots, "with", 0600, FileFlags.O_RDWR).attributes());
      Mirror.Caller gone = new Mirror.Caller(1000, 1001, member.pid(), 0, true);
      mirror.create(gone, roots, "late", 0600, FileFlags.O_RDWR).assertErrno(Errno.EINTR);
      mirror.create(USER, roots, "again", 0600, FileFlags.O_RDWR).assertErrno(Errno.EACCES);
    } finally {
      process.destroy();
      process.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private static void awaitExec(long pid) throws Exception {
    Path name = Path.of("/proc/" + pid + "/comm");
    while (!Files.readString(name).strip().equals("cat")) {
      Thread.sleep(5);
    }
  }

  @Test
  void theUmaskIsTheCallersAndNotTheProcesss() {
    for (int mask : new int[] {0, 027, 0777, 022}) {
      Mirror.Caller caller = new Mirror.Caller(USER.uid(), USER.gid(), USER.pid(), mask);
      for (Mirror.Caller each : List.of(caller, new Mirror.Caller(0, 0, 0, mask))) {
        String name = each.uid() + " with " + mask;
        assertPermissions(
            mask, mirror.create(each, theirs, name + "f", 0777, FileFlags.O_RDWR).attributes());
        assertPermissions(mask, mirror.mkdir(each, theirs, name + "d", 0777).attributes());
        assertPermissions(
            mask, mirror.mknod(each, theirs, name + "p", FileFlags.S_IFIFO | 0777, 0).attributes());
      }
    }
  }

  private static void assertPermissions(int umask, Attributes made) {
    assertEquals(0777 & ~umask, made.mode() & FileFlags.PERMISSIONS);
  }
}
