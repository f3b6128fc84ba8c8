package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class MountsTest {
  @TempDir Path directory;

  @Test
  void lineOfTheKernelsManualIsRead() {
    String line =
        "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - fuse.sub /dev/root rw,errors=x";
    assertEquals(
        List.of(
            new MountEntry(
                36, 98, 0, "/mnt1", "/mnt2", "rw,noatime", "fuse.sub", "/dev/root", "rw,errors=x")),
        Mounts.parse(line + "\n"));
  }

  @Test
  void escapesAreDecoded() {
    String line = "1 2 0:99 / /a\\040b\\011c\\012d\\134e\u00e4 rw - tmpfs my\\040source rw";
    MountEntry entry = MountEntry.parse(line).orElseThrow();
    assertEquals("/a b\tc\nd\\e\u00e4", entry.mountPoint());
    assertEquals("my source", entry.source());
    assertEquals("a\\04", MountEntry.unescape("a\\04"));
    assertEquals("\\9990", MountEntry.unescape("\\9990"));
    assertEquals(" ", MountEntry.unescape("\\040"));
  }

  @Test
  void emptySourceIsRead() {
    assertEquals("", MountEntry.parse("1 2 0:9 / /m rw - tmpfs  rw").orElseThrow().source());
  }

  @Test
  void linesOfAnotherFormAreLeftOut() {
    assertEquals(
        List.of(),
        Mounts.parse(
            "\nnonsense\n1 2 x:y / /m rw - t s rw\n1 2 3 / /m rw - t s rw\n1 2 3:4 / /m rw - t"));
  }

  @Test
  void ownMountsAreListed() throws IOException {
    assertTrue(Mounts.list().stream().anyMatch(entry -> entry.mountPoint().equals("/proc")));
    assertEquals("proc", Mounts.find(Path.of("/proc")).orElseThrow().fsType());
    assertEquals(Optional.empty(), Mounts.find(directory));
  }

  @Test
  void mountWithAwkwardNameAppearsAndGoes() throws IOException {
    assumeTrue(Credentials.hasSysAdmin());
    Path target = Files.createDirectory(directory.toRealPath().resolve("a b\tc\nd\\e\u00e4#"));
    Mounts.mount(
        "the source", target, "tmpfs", Mounts.MS_NOSUID | Mounts.MS_NODEV, "size=64k,mode=700");
    try {
      MountEntry entry = Mounts.find(target).orElseThrow();
      assertEquals("tmpfs", entry.fsType());
      assertEquals("the source", entry.source());
      assertEquals("/", entry.root());
      assertTrue(entry.options().startsWith("rw,nosuid,nodev"), entry.options());
      assertTrue(entry.superOptions().contains("size=64k"), entry.superOptions());
      assertEquals(0, entry.deviceMajor());
      assertEquals(
          (long) entry.deviceMinor() & 0xff, (long) Files.getAttribute(target, "unix:dev") & 0xff);

      Mounts.mount("upper", target, "tmpfs", 0, "size=64k");
      assertEquals("upper", Mounts.find(target).orElseThrow().source());
      Mounts.umount(target, Mounts.MNT_DETACH | Mounts.UMOUNT_NOFOLLOW);
      assertEquals("the source", Mounts.find(target).orElseThrow().source());

      int held = FileOps.open(target, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY);
      LinuxException busy = assertThrows(LinuxException.class, () -> Mounts.umount(target, 0));
      assertEquals(Errno.EBUSY, busy.errno());
      FileOps.close(held);
    } finally {
      Mounts.umount(target, Mounts.MNT_DETACH);
    }
    assertEquals(Optional.empty(), Mounts.find(target));
  }

  @Test
  void errorsNameCallAndTarget() throws IOException {
    assumeTrue(Credentials.hasSysAdmin());
    Path absent = directory.resolve("absent");
    LinuxException e =
        assertThrows(LinuxException.class, () -> Mounts.mount("x", absent, "tmpfs", 0, ""));
    assertEquals("mount " + absent + ": ENOENT (no such file or directory)", e.getMessage());
    LinuxException type =
        assertThrows(
            LinuxException.class, () -> Mounts.mount("x", directory, "no-such-type", 0, ""));
    assertEquals(Errno.ENODEV, type.errno());
    LinuxException none = assertThrows(LinuxException.class, () -> Mounts.umount(directory, 0));
    assertEquals(Errno.EINVAL, none.errno());
    assertEquals("umount2", none.call());
  }
}
