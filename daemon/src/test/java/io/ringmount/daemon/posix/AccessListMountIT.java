package io.ringmount.daemon.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Access control lists that change behind the mount, and what later daemons make of them. */
@RequiresFuse
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class AccessListMountIT {
  private static final int USER = 4003;
  private static final String FILE = "file";

  /** Beyond the default timeouts of names and attributes, and far beyond. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final AccessList THEIRS = AccessList.ofMode(0600).user(USER, 4).mask(4);
  private static final AccessList NOBODYS = AccessList.ofMode(0600).user(USER, 0).mask(4);

  @TempDir Path work;
  private Path backend;
  private Path mountpoint;
  private Programs programs;

  @BeforeEach
  void mount() throws Exception {
    backend = Files.createDirectory(work.resolve("backend"));
    mountpoint = Files.createDirectory(work.resolve("mount"));
    Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(backend, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(backend.resolve(FILE), "content");
    setList(NOBODYS);
    programs = new Programs(work.resolve("run"));
    succeed("mount", backend, mountpoint);
  }

  @AfterEach
  void unmount() throws Exception {
    while (Mounts.find(mountpoint).isPresent()) {
      Mounts.umount(mountpoint, Mounts.MNT_DETACH);
    }
  }

  private void succeed(Object... arguments) throws Exception {
    Programs.Outcome outcome = programs.ringmount(arguments);
    assertEquals(0, outcome.code(), outcome.err());
  }

  private void setList(AccessList list) throws Exception {
    try (CallTranscript onBackend = new CallTranscript(backend)) {
      onBackend.setList(FILE, list, false);
      assertEquals("0", outcome(onBackend.lines().getLast()));
    }
  }

  private static String outcome(String line) {
    return line.substring(line.indexOf(" = ") + 3);
  }

  /** What the user gets who opens the file to read it. */
  private String opening() throws Exception {
    try (CallTranscript throughMount = new CallTranscript(mountpoint)) {
      throughMount.as(USER, USER, () -> throughMount.open(FILE, 0));
      List<String> lines = throughMount.lines();
      return outcome(lines.get(lines.size() - 2));
    }
  }

  private void awaitOpening(String expected) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!opening().equals(expected) && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
    assertEquals(expected, opening());
  }

  @Test
  void changesBehindTheMountAreSeenBeforeAndAfterUpgrades() throws Exception {
    String refused = "EACCES (permission denied)";
    String opened = "file 0";
    assertEquals(refused, opening());
    setList(THEIRS);
    awaitOpening(opened);
    succeed("upgrade", mountpoint);
    assertEquals(opened, opening());
    setList(NOBODYS);
    awaitOpening(refused);
    succeed("upgrade", mountpoint);
    awaitOpening(refused);
    setList(THEIRS);
    awaitOpening(opened);
    succeed("unmount", mountpoint);
  }
}
