package io.ringmount.daemon.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringmount.channels.Feature;
import io.ringmount.channels.Name;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class MirrorXattrTest {
  private static final int CREATE = 1;
  private static final int REPLACE = 2;

  /** The access control list that says what the mode 0750 says. */
  private static final byte[] LIST =
      HexFormat.of().parseHex("0200000001000700ffffffff04000500ffffffff20000000ffffffff");

  private static final Mirror.Caller USER = new Mirror.Caller(4242, 4242, 4711);

  @TempDir Path source;
  private Path file;
  private Mirror mirror;
  private long node;

  @BeforeEach
  void open() throws Exception {
    file = Files.writeString(source.resolve("file"), "content");
    assumeTrue(
        Files.getFileStore(file).supportsFileAttributeView("user"),
        "the directory for tests has no extended attributes");
    mirror = Mirror.replaceable(source, Mirror.OPTIONS);
    node = mirror.node("file");
  }

  @AfterEach
  void close() {
    if (mirror != null) {
      mirror.close();
      assertEquals(0, mirror.descriptors(), "descriptors left open");
    }
  }

  private String onBackend(String name) throws Exception {
    byte[] value = (byte[]) Files.getAttribute(file, "user:" + name);
    return new String(value, StandardCharsets.UTF_8);
  }

  @Test
  void valuesAreTheBackends() throws Exception {
    Files.setAttribute(file, "user:theirs", "before".getBytes(StandardCharsets.UTF_8));
    assertEquals("before", mirror.getxattr(node, "user.theirs", 100).text());
    mirror.setxattr(node, "user.ours", "value", 0).assertDone();
    assertEquals("value", onBackend("ours"));
    mirror.setxattr(node, "user.ours", "", 0).assertDone();
    assertEquals("", onBackend("ours"));
    assertEquals("", mirror.getxattr(node, "user.ours", 1).text());
    mirror.removexattr(Mirror.ROOT_USER, node, "user.ours").assertDone();
    mirror.getxattr(node, "user.ours", 1).assertErrno(Errno.ENODATA);
    mirror.removexattr(Mirror.ROOT_USER, node, "user.ours").assertErrno(Errno.ENODATA);
    mirror.getxattr(99, "user.ours", 1).assertErrno(Errno.ESTALE);
  }

  @Test
  void flagsAreKept() {
    mirror.setxattr(node, "user.a", "x", REPLACE).assertErrno(Errno.ENODATA);
    mirror.setxattr(node, "user.a", "x", CREATE).assertDone();
    mirror.setxattr(node, "user.a", "y", CREATE).assertErrno(Errno.EEXIST);
    mirror.setxattr(node, "user.a", "y", REPLACE).assertDone();
    assertEquals("y", mirror.getxattr(node, "user.a", 1).text());
  }

  @Test
  void lengthsAreToldAndKept() {
    mirror.setxattr(node, "user.a", "0123456789", 0).assertDone();
    assertEquals(10, mirror.getxattr(node, "user.a", 0).length());
    assertEquals("0123456789", mirror.getxattr(node, "user.a", 10).text());
    mirror.getxattr(node, "user.a", 9).assertErrno(Errno.ERANGE);
    // Less room than the caller has: he would try again for ever.
    Answer.OfXattr cramped = new Answer.OfXattr(100, 9);
    mirror.fs.getxattr(Mirror.ROOT_USER, node, Name.of("user.a"), cramped);
    cramped.assertErrno(Errno.E2BIG);
    assertEquals(7, mirror.listxattr(Mirror.ROOT_USER, node, 0).length());
    assertEquals("user.a\0", mirror.listxattr(Mirror.ROOT_USER, node, 7).text());
    mirror.listxattr(Mirror.ROOT_USER, node, 6).assertErrno(Errno.ERANGE);
  }

  @Test
  void theLongestValueGoesThrough() throws Exception {
    // What a backend allows differs: ext4 has a block for all, others 64 KiB.
    String value = "v".repeat(3000);
    mirror.setxattr(node, "user.long", value, 0).assertDone();
    assertEquals(value, mirror.getxattr(node, "user.long", 65536).text());
    assertEquals(value, onBackend("long"));
  }

  @Test
  void linksAndDirectoriesHaveTheirOwn() throws Exception {
    long link = mirror.symlink(Mirror.ROOT_USER, Mirror.ROOT, "link", "file").node();
    long directory = mirror.mkdir(Mirror.ROOT_USER, Mirror.ROOT, "dir", 0755).node();
    mirror.setxattr(link, "trusted.of", "link", 0).assertDone();
    mirror.setxattr(directory, "user.of", "directory", 0).assertDone();
    assertEquals("link", mirror.getxattr(link, "trusted.of", 10).text());
    assertEquals("directory", mirror.getxattr(directory, "user.of", 10).text());
    mirror.getxattr(node, "trusted.of", 10).assertErrno(Errno.ENODATA);
    mirror.setxattr(link, "user.of", "link", 0).assertErrno(Errno.EPERM);
  }

  @Test
  void onlyRootSeesTrustedNamesAndNobodyThoseOfTheSystem() {
    mirror.setxattr(node, "user.b", "1", 0).assertDone();
    mirror.setxattr(node, "trusted.a", "2", 0).assertDone();
    mirror.setxattr(node, "user.c", "3", 0).assertDone();
    List<String> all = List.of(mirror.listxattr(Mirror.ROOT_USER, node, 1000).text().split("\0"));
    assertEquals(List.of("trusted.a", "user.b", "user.c"), all.stream().sorted().toList());
    String seen = mirror.listxattr(USER, node, 1000).text();
    assertEquals(14, seen.length());
    assertFalse(seen.contains("trusted"), seen);
    assertEquals(14, mirror.listxattr(USER, node, 0).length());
    mirror.setxattr(node, "system.nfs4_acl", "x", 0).assertErrno(Errno.EOPNOTSUPP);
    mirror.getxattr(node, "system.nfs4_acl", 10).assertErrno(Errno.EOPNOTSUPP);
    mirror.removexattr(Mirror.ROOT_USER, node, "system.nfs4_acl").assertErrno(Errno.EOPNOTSUPP);
  }

  @Test
  void accessControlListsAreServedWhenTheKernelChecksThem() throws Exception {
    String list = "system.posix_acl_access";
    assumeTrue(mirror.fs.features().contains(Feature.ACCESS_CONTROL_LISTS), "no lists here");
    Files.createSymbolicLink(source.resolve("link"), file);
    mirror.getxattr(node, list, 100).assertErrno(Errno.ENODATA);
    mirror.getxattr(mirror.node("link"), list, 100).assertErrno(Errno.ENODATA);
    mirror.setxattr(node, list, "x", 0).assertErrno(Errno.EINVAL);
    mirror.fs.agreed(Set.of(), null);
    mirror.getxattr(node, list, 100).assertErrno(Errno.EOPNOTSUPP);
    mirror.setxattr(node, list, "x", 0).assertErrno(Errno.EOPNOTSUPP);
    mirror.removexattr(Mirror.ROOT_USER, node, list).assertErrno(Errno.EOPNOTSUPP);
  }

  // ---- a process ended before it answered ------------------------------------------------------

  /** How far it had come. */
  private enum Moment {
    BEGUN,
    ACTED,
    NOTED
  }

  private void reach(Moment moment, Attempt attempt, int kind, Runnable operation)
      throws Exception {
    if (moment == Moment.BEGUN) {
      attempt.written().begin(kind);
    } else {
      operation.run();
    }
    if (moment == Moment.ACTED) {
      attempt.withoutOutcome();
    }
    mirror.crash();
    attempt.resumed();
  }

  @ParameterizedTest
  @EnumSource
  void setIsDoneOnce(Moment moment) throws Exception {
    Attempt attempt = new Attempt();
    Runnable operation = () -> mirror.setxattr(attempt, node, "user.a", "x", CREATE).assertDone();
    reach(moment, attempt, JournalLayout.SETXATTR, operation);
    operation.run();
    assertEquals("x", onBackend("a"));
  }

  /** Who sets it is not of the file's group, so set-group-id goes with it. */
  @ParameterizedTest
  @EnumSource
  void accessControlListIsSetOnce(Moment moment) throws Exception {
    assumeTrue(mirror.fs.features().contains(Feature.ACCESS_CONTROL_LISTS), "no lists here");
    Files.setAttribute(file, "unix:uid", 4242);
    Files.setAttribute(file, "unix:mode", 02770);
    Attempt attempt = new Attempt(4242);
    Runnable operation =
        () -> mirror.setxattr(attempt, node, "system.posix_acl_access", LIST, 0).assertDone();
    reach(moment, attempt, JournalLayout.SETXATTR, operation);
    if (moment == Moment.BEGUN) {
      assertEquals(02770, mode());
    }
    operation.run();
    assertEquals(0750, mode());
  }

  private int mode() throws Exception {
    return (int) Files.getAttribute(file, "unix:mode") & FileFlags.PERMISSIONS;
  }

  @Test
  void anotherValueIsNotTakenForTheOneSet() throws Exception {
    mirror.setxattr(node, "user.a", "y", 0).assertDone();
    Attempt attempt = new Attempt();
    reach(Moment.BEGUN, attempt, JournalLayout.SETXATTR, () -> {});
    mirror.setxattr(attempt, node, "user.a", "x", CREATE).assertErrno(Errno.EEXIST);
    assertEquals("y", onBackend("a"));
  }

  @ParameterizedTest
  @EnumSource
  void removeIsDoneOnce(Moment moment) throws Exception {
    mirror.setxattr(node, "user.a", "x", 0).assertDone();
    Attempt attempt = new Attempt();
    Runnable operation = () -> mirror.removexattr(attempt, node, "user.a").assertDone();
    reach(moment, attempt, JournalLayout.REMOVEXATTR, operation);
    operation.run();
    mirror.getxattr(node, "user.a", 1).assertErrno(Errno.ENODATA);
  }
}
