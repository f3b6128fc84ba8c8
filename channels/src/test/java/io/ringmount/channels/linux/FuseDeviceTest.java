package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real device, without a daemon behind it: nothing here may look into the mount. Also covers
 * {@link FuseConnection}.
 */
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class FuseDeviceTest {
  private static final int BUFFER = 1 << 16;
  private static final int OPCODE_OFFSET = 4;
  private static final int OPCODE_INIT = 26;
  private static final int INIT_LENGTH = 104;

  @TempDir Path directory;

  @BeforeEach
  void needRoot() throws IOException {
    assumeTrue(Credentials.hasSysAdmin());
  }

  private static void mount(int fd, Path target) throws LinuxException {
    Mounts.mount(
        "test-source",
        target,
        "fuse.ringmounttest",
        Mounts.MS_NOSUID | Mounts.MS_NODEV,
        "fd=" + fd + ",rootmode=40755,user_id=0,group_id=0");
  }

  @Test
  void mountedDeviceIsReadClonedAndAborted() throws IOException {
    Path target = Files.createDirectory(directory.toRealPath().resolve("m"));
    Path control = Files.createDirectory(directory.resolve("control"));
    int fd = FuseDevice.open();
    mount(fd, target);
    try (Arena arena = Arena.ofConfined()) {
      Mounts.mount("none", control, "fusectl", 0, "");
      long buffer = arena.allocate(BUFFER, Long.BYTES).address();
      MountEntry entry = Mounts.find(target).orElseThrow();
      assertEquals("fuse.ringmounttest", entry.fsType());
      assertEquals("test-source", entry.source());

      assertEquals(Poll.POLLIN, Poll.one(fd, Poll.POLLIN, 5000) & Poll.POLLIN);
      assertEquals(-Errno.EINVAL, FuseDevice.read(fd, buffer, 100), "a buffer too small");
      assertEquals(INIT_LENGTH, FuseDevice.read(fd, buffer, BUFFER));
      assertEquals(OPCODE_INIT, Memory.getInt(buffer + OPCODE_OFFSET));
      assertEquals(-Errno.EINVAL, FuseDevice.write(fd, buffer, 3));

      FuseConnection connection = new FuseConnection(control, entry.deviceMinor());
      assertTrue(connection.available());
      assertTrue(connection.waiting() >= 1);

      int clone = FuseDevice.clone(fd);
      assertTrue(clone != fd);

      connection.abort();
      assertTrue(FuseDevice.read(fd, buffer, BUFFER) < 0);
      assertTrue((Poll.one(clone, Poll.POLLIN, 5000) & Poll.POLLERR) != 0);
      FileOps.close(clone);
    } finally {
      Mounts.umount(control, Mounts.MNT_DETACH);
      Mounts.umount(target, Mounts.MNT_FORCE | Mounts.MNT_DETACH);
      FileOps.close(fd);
    }
    assertFalse(Mounts.find(target).isPresent());
  }

  @Test
  void unmountEndsTheDevice() throws IOException {
    Path target = Files.createDirectory(directory.toRealPath().resolve("m"));
    int fd = FuseDevice.open();
    try (Arena arena = Arena.ofConfined()) {
      mount(fd, target);
      Mounts.umount(target, Mounts.MNT_FORCE | Mounts.MNT_DETACH);
      long buffer = arena.allocate(BUFFER, Long.BYTES).address();
      assertEquals(-Errno.ENODEV, FuseDevice.read(fd, buffer, BUFFER));
    } finally {
      FileOps.close(fd);
    }
  }

  @Test
  void unmountedDeviceHasNoConnection() throws IOException {
    int fd = FuseDevice.open();
    try (Arena arena = Arena.ofConfined()) {
      long buffer = arena.allocate(BUFFER, Long.BYTES).address();
      assertEquals(-Errno.EPERM, FuseDevice.read(fd, buffer, BUFFER));
      LinuxException e = assertThrows(LinuxException.class, () -> FuseDevice.clone(fd));
      assertTrue(e.errno() == Errno.EPERM || e.errno() == Errno.EINVAL, e.getMessage());
      assertEquals("ioctl FUSE_DEV_IOC_CLONE", e.call());
    } finally {
      FileOps.close(fd);
    }
  }

  @Test
  void refusalNamesTheRemedy() {
    for (int errno : new int[] {Errno.ENOENT, Errno.ENODEV}) {
      LinuxException cause = new LinuxException("open", "/dev/fuse", errno);
      IOException e = FuseDevice.withRemedy(cause);
      assertTrue(e.getMessage().contains("open /dev/fuse: "), e.getMessage());
      assertTrue(e.getMessage().contains("modprobe fuse"), e.getMessage());
      assertInstanceOf(LinuxException.class, e.getCause());
    }
    IOException denied =
        FuseDevice.withRemedy(new LinuxException("open", "/dev/fuse", Errno.EACCES));
    assertTrue(denied.getMessage().contains("root"), denied.getMessage());
  }

  @Test
  void switchOfTheRingsIsRead() throws IOException {
    boolean expected =
        Files.exists(FuseDevice.ENABLE_URING)
            && Files.readString(FuseDevice.ENABLE_URING).strip().equals("Y");
    assertEquals(expected, FuseDevice.uringEnabled());
  }

  @Test
  void absentConnectionIsNotAvailable() {
    FuseConnection absent = new FuseConnection(1 << 20);
    assertFalse(absent.available());
    assertThrows(IOException.class, absent::waiting);
    assertThrows(IOException.class, absent::abort);
  }

  @Test
  void abortWritesToTheConnectionNamed() throws IOException {
    Path connection = Files.createDirectory(directory.resolve("77"));
    Files.writeString(connection.resolve("waiting"), "3\n", StandardOpenOption.CREATE);
    Files.createFile(connection.resolve("abort"));
    FuseConnection named = new FuseConnection(directory, 77);
    assertEquals(3, named.waiting());
    named.abort();
    assertEquals("1", Files.readString(connection.resolve("abort")));
  }
}
