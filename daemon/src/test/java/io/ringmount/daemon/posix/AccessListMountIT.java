package io.ringmount.daemon.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.daemon.MountedDirectories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Access control lists that change behind the mount, and what later daemons make of them. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class AccessListMountIT extends MountedDirectories {
  private static final int USER = 4003;
  private static final String FILE = "file";

  /** Beyond the default timeouts of names and attributes, and far beyond. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final AccessList THEIRS = AccessList.ofMode(0600).user(USER, 4).mask(4);
  private static final AccessList NOBODYS = AccessList.ofMode(0600).user(USER, 0).mask(4);

  private Path backend;
  private Path mountpoint;

  @BeforeEach
  void mount() throws Exception {
    backend = directory("backend");
    Files.writeString(backend.resolve(FILE), "content");
    setList(NOBODYS);
    mountpoint = mount(backend, directory("mount"), "transport=auto");
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
    ringmount("upgrade", mountpoint);
    assertEquals(opened, opening());
    setList(NOBODYS);
    awaitOpening(refused);
    ringmount("upgrade", mountpoint);
    awaitOpening(refused);
    setList(THEIRS);
    awaitOpening(opened);
    unmount(mountpoint);
  }
}
