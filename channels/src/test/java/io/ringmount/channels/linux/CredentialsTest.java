package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class CredentialsTest {
  private static final int USER = 12345;
  private static final int GROUP = 23456;

  @TempDir Path directory;

  @Test
  void fileIdsHoldForTheCallingThreadAndThoseItStarts() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path secret = Files.writeString(directory.resolve("secret"), "x");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    int dirFd = FileOps.open(directory, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY);
    try (Arena arena = Arena.ofShared()) {
      long made = NativeString.address(arena, "made");
      long hidden = NativeString.address(arena, "secret");
      int gid = Credentials.setFsGid(GROUP);
      int uid = Credentials.setFsUid(USER);
      try {
        assertEquals(USER, Credentials.setFsUid(-1));
        assertEquals(GROUP, Credentials.setFsGid(-1));
        FileOps.close((int) FileOps.openat(dirFd, made, FileFlags.O_CREAT, 0600));
        assertEquals(-Errno.EACCES, FileOps.openat(dirFd, hidden, FileFlags.O_RDONLY, 0));
        CompletableFuture<Long> other = new CompletableFuture<>();
        Thread.ofPlatform()
            .start(() -> other.complete(FileOps.openat(dirFd, hidden, FileFlags.O_RDONLY, 0)));

        assertEquals(-Errno.EACCES, other.get());
      } finally {
        assertEquals(USER, Credentials.setFsUid(uid));
        assertEquals(GROUP, Credentials.setFsGid(gid));
      }
      assertEquals(uid, Credentials.setFsUid(-1));
      long fd = FileOps.openat(dirFd, hidden, FileFlags.O_RDONLY, 0);
      assertTrue(fd >= 0, "the overriding capabilities are back");
      FileOps.close((int) fd);
    } finally {
      FileOps.close(dirFd);
    }
    assertEquals(USER, Files.getAttribute(directory.resolve("made"), "unix:uid"));
    assertEquals(GROUP, Files.getAttribute(directory.resolve("made"), "unix:gid"));
  }

  @Test
  void otherThreadsKeepTheirIds() throws Exception {
    assumeTrue(Credentials.effectiveUid() == 0);
    CompletableFuture<Integer> result = new CompletableFuture<>();
    CompletableFuture<Void> changed = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(() -> {
          changed.join();
          result.complete(Credentials.setFsUid(-1));
        });
    int uid = Credentials.setFsUid(USER);
    try {
      changed.complete(null);
      assertEquals(0, result.get());
    } finally {
      Credentials.setFsUid(uid);
    }
  }

  @Test
  void capabilityIsReadFromTheStatus() throws IOException {
    assertTrue(Credentials.has("Name:\tx\nCapEff:\t0000000000200000\n", 21));
    assertFalse(Credentials.has("CapPrm:\t0000000000200000\nCapEff:\t000001ffffdfffff\n", 21));
    assertTrue(Credentials.has("CapEff:\tffffffffffffffff\n", 63));
    assertFalse(Credentials.has("", 21));
    Credentials.hasSysAdmin();
  }
}
