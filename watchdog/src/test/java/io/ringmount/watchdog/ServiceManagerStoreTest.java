package io.ringmount.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.ringmount.channels.linux.EventFd;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Memory;
import io.ringmount.channels.linux.Syscall;
import io.ringmount.channels.linux.SyscallNumber;
import io.ringmount.channels.linux.UnixSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class ServiceManagerStoreTest {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int FAMILY_SIZE = 2;

  @TempDir Path directory;

  /** What a service manager listens on; an at sign begins an abstract name. */
  private static UnixSocket manager(String name) throws LinuxException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    bytes[0] = name.startsWith("@") ? 0 : bytes[0];
    int length = FAMILY_SIZE + bytes.length;
    int fd = (int) Syscall.call(SyscallNumber.SOCKET, AF_UNIX, SOCK_DGRAM | FileFlags.O_CLOEXEC, 0);
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(length + 1L, Long.BYTES).address();
      Memory.putShort(address, (short) AF_UNIX);
      Memory.copy(bytes, 0, address + FAMILY_SIZE, bytes.length);
      LinuxException.check(Syscall.call(SyscallNumber.BIND, fd, address, length), "bind", name);
    }
    return UnixSocket.adopt(fd);
  }

  private static String next(UnixSocket manager, int descriptors) throws LinuxException {
    UnixSocket.Message message = manager.receive(1000).orElseThrow();
    assertEquals(descriptors, message.descriptors().length);
    for (int each : message.descriptors()) {
      FileOps.close(each);
    }
    return new String(message.content(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/notify", "@ringmount-test-"})
  void theVaultIsMirrored(String kind) throws IOException {
    String name = kind.startsWith("@") ? kind + ProcessHandle.current().pid() : directory + kind;
    try (UnixSocket manager = manager(name);
        EventFd event = EventFd.create()) {
      DescriptorVault vault =
          new DescriptorVault(ServiceManagerStore.mirror(Map.of("NOTIFY_SOCKET", name)));
      vault.keepDuplicate("fuse", event.fd());
      vault.keepDuplicate("fuse", event.fd());
      vault.keepDuplicate("slots", event.fd());
      vault.drop("fuse");
      vault.close();
      assertEquals("FDSTORE=1\nFDPOLL=0\nFDNAME=fuse", next(manager, 1));
      // A second of the same name would stay beside the first.
      assertEquals("FDSTOREREMOVE=1\nFDNAME=fuse", next(manager, 0));
      assertEquals("FDSTORE=1\nFDPOLL=0\nFDNAME=fuse", next(manager, 1));
      assertEquals("FDSTORE=1\nFDPOLL=0\nFDNAME=slots", next(manager, 1));
      assertEquals("FDSTOREREMOVE=1\nFDNAME=fuse", next(manager, 0));
      assertEquals("FDSTOREREMOVE=1\nFDNAME=slots", next(manager, 0));
    }
  }

  @Test
  void withoutAManagerNothingIsMirrored() {
    assertSame(DescriptorVault.Mirror.NONE, ServiceManagerStore.mirror(Map.of()));
    assertSame(
        DescriptorVault.Mirror.NONE,
        ServiceManagerStore.mirror(Map.of("NOTIFY_SOCKET", directory + "/nobody")));
  }

  @Test
  void whatIsGivenToAnotherProcessIsLeftAlone() {
    Map<String, String> environment =
        Map.of("LISTEN_PID", "1", "LISTEN_FDS", "1", "LISTEN_FDNAMES", "fuse");
    assertEquals(Map.of(), ServiceManagerStore.given(environment, 2));
    assertEquals(Map.of(), ServiceManagerStore.given(Map.of(), 2));
    Map<String, String> nonsense = Map.of("LISTEN_PID", "2", "LISTEN_FDS", "many");
    assertEquals(Map.of(), ServiceManagerStore.given(nonsense, 2));
  }
}
