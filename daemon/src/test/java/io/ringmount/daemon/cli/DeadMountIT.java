package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.KernelFile;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.channels.linux.UnixSocket;
import io.ringmount.daemon.Programs;
import io.ringmount.daemon.Programs.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mounts that lost both their daemon and their watchdog. */
@RequiresFuse
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class DeadMountIT {
  private static final int SECONDS = 20;

  @TempDir Path work;
  private Path backend;
  private Path mountpoint;
  private Programs programs;
  private MountProcesses processes;
  private final List<Process> users = new ArrayList<>();

  @BeforeEach
  void makeDirectories() throws IOException {
    backend = Files.createDirectory(work.resolve("backend"));
    mountpoint = Files.createDirectory(work.resolve("mount point"));
    programs = new Programs(work.resolve("run"));
    processes = new MountProcesses(work);
    Files.writeString(backend.resolve("file"), "content");
  }

  @AfterEach
  void leaveNothing() throws Exception {
    processes.goOn();
    processes.kill();
    while (Mounts.find(mountpoint).isPresent()) {
      Mounts.umount(mountpoint, Mounts.MNT_FORCE | Mounts.MNT_DETACH);
    }
    users.forEach(Process::destroyForcibly);
  }

  private Outcome succeed(Object... arguments) throws Exception {
    Outcome outcome = programs.ringmount(arguments);
    assertEquals(0, outcome.code(), outcome.toString());
    assertEquals("", outcome.err());
    return outcome;
  }

  private void refuse(String line, Object... arguments) throws Exception {
    Outcome outcome = programs.ringmount(arguments);
    assertEquals(1, outcome.code(), outcome.toString());
    assertEquals("ringmount: " + line + "\n", outcome.err());
  }

  private void mount(String transport) throws Exception {
    succeed("mount", backend, mountpoint, "-o", options(transport));
  }

  private static String options(String transport) {
    return "attr_timeout=0,entry_timeout=0,transport=" + transport;
  }

  /** Mounts again and checks that it says what it found, in a line of its own. */
  private void mountAgain(String transport) throws Exception {
    String said = succeed("mount", backend, mountpoint, "-o", options(transport)).out();
    List<String> lines = said.lines().toList();
    assertEquals(2, lines.size(), said);
    assertTrue(
        lines
            .getFirst()
            .startsWith(
                mountpoint + " was a dead mount, whose daemon and watchdog had ended: undone"),
        said);
    assertEquals("content", Files.readString(mountpoint.resolve("file")));
    assertEquals(1, mountsHere());
  }

  private long mountsHere() throws IOException {
    return Mounts.list().stream()
        .filter(each -> each.mountPoint().equals(mountpoint.toString()))
        .count();
  }

  private Process use(String script) throws IOException {
    Process user =
        new ProcessBuilder("sh", "-c", script, "sh", mountpoint.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    users.add(user);
    return user;
  }

  private static void assertFails(Process user) throws InterruptedException {
    assertTrue(user.waitFor(SECONDS, TimeUnit.SECONDS), "the user waits on");
    assertNotEquals(0, user.exitValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void isNamedAndReplacedWhenMountedAgain(String transport) throws Exception {
    mount(transport);
    processes.kill();
    String remedy = "mount there again, or clean up with: ringmount unmount " + mountpoint;
    String list = succeed("list").out();
    assertTrue(list.endsWith(mountpoint + " is dead: " + remedy + "\n"), list);
    JsonObject item = listed();
    assertEquals("dead", item.get("state").getAsString());
    assertEquals(remedy, item.get("remedy").getAsString());
    refuse("the daemon of this mount is gone, " + mountpoint + "; " + remedy, "status", mountpoint);
    mountAgain(transport);
    assertTrue(listed().get("remedy").isJsonNull());
    succeed("unmount", mountpoint);
  }

  private JsonObject listed() throws Exception {
    for (JsonElement each :
        JsonParser.parseString(succeed("list", "--json").out()).getAsJsonArray()) {
      if (each.getAsJsonObject().get("mountpoint").getAsString().equals(mountpoint.toString())) {
        return each.getAsJsonObject();
      }
    }
    throw new AssertionError("not listed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void givesErrorsToThoseWhoUseIt(String transport) throws Exception {
    mount(transport);
    Process user = use("exec 3<\"$1/file\"; echo open; read go; cat <&3");
    assertEquals("open", user.inputReader().readLine());
    processes.kill();
    mountAgain(transport);
    user.outputWriter().append("go\n").flush();
    assertFails(user);
  }

  /** A socket that nobody reads from keeps the device open: no process is to be seen with it. */
  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void isReplacedWhenItsUsersWaitForEver(String transport) throws Exception {
    mount(transport);
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket in = pair[0];
        UnixSocket _ = pair[1]) {
      sendDevice(processes.daemon().pid(), in);
      processes.kill();
      Process user = use("exec cat \"$1/file\"");
      awaitRequestOf(user);
      mountAgain(transport);
      assertFails(user);
    }
  }

  private static void sendDevice(long pid, UnixSocket to) throws Exception {
    try (PidFd process = PidFd.open(pid);
        var descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path each : descriptors.toList()) {
        if (Files.readSymbolicLink(each).equals(Path.of("/dev/fuse"))) {
          int copy = process.getFd(Integer.parseInt(each.getFileName().toString()));
          to.send(new byte[1], copy);
          FileOps.close(copy);
        }
      }
    }
  }

  private static void awaitRequestOf(Process user) throws Exception {
    Path wait = Path.of("/proc/" + user.pid() + "/wchan");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!KernelFile.read(wait).contains("wait_answer")) {
      assertTrue(System.nanoTime() < end, "the user does not wait for the mount");
      Thread.sleep(10);
    }
  }

  @Test
  void staysBeneathAMountOfAnotherProgram() throws Exception {
    mount("auto");
    processes.kill();
    Mounts.mount("tmpfs", mountpoint, "tmpfs", 0, "");
    Path other = Files.writeString(mountpoint.resolve("other"), "other");
    refuse(
        "a dead Ringmount mount is in the way, beneath one of type tmpfs, "
            + mountpoint
            + "; first run: umount "
            + mountpoint,
        "mount",
        backend,
        mountpoint);
    assertEquals("other", Files.readString(other));
    assertEquals(2, mountsHere());
    Mounts.umount(mountpoint, 0);
    mountAgain("auto");
  }

  @Test
  void staysWithAMountOfAnotherProgramOnIt() throws Exception {
    Files.createDirectory(backend.resolve("sub"));
    mount("auto");
    Path sub = mountpoint.resolve("sub");
    Mounts.mount("tmpfs", sub, "tmpfs", 0, "");
    processes.kill();
    refuse(
        "a dead Ringmount mount is in the way, and on it the mount "
            + sub
            + ", "
            + mountpoint
            + "; to undo both, run: ringmount unmount --force "
            + mountpoint,
        "mount",
        backend,
        mountpoint);
    refuse(
        "in use by the mount "
            + sub
            + ", "
            + mountpoint
            + "; end what uses it, or run: ringmount unmount --force "
            + mountpoint,
        "unmount",
        mountpoint);
    assertTrue(Mounts.find(sub).isPresent());
    succeed("unmount", "--force", mountpoint);
    assertFalse(Mounts.find(sub).isPresent());
    mount("auto");
  }

  @Test
  void staysWhenNothingSaysThatItIsThisOne() throws Exception {
    mount("auto");
    processes.kill();
    programs.script("rm -r \"$1\"", work.resolve("run"));
    refuse(
        "a dead Ringmount mount is in the way that the run directory does not know, "
            + mountpoint
            + "; clean up with: ringmount unmount "
            + mountpoint,
        "mount",
        backend,
        mountpoint);
    succeed("unmount", mountpoint);
    mount("auto");
  }

  @Test
  void isNotOneThatOnlyHangs() throws Exception {
    succeed("mount", backend, mountpoint, "-o", "hang_limit=0");
    processes.stop();
    refuse(
        "already mounted from "
            + backend
            + ", "
            + mountpoint
            + "; to replace it, first run: ringmount unmount "
            + mountpoint,
        "mount",
        backend,
        mountpoint);
    processes.goOn();
    assertEquals("content", Files.readString(mountpoint.resolve("file")));
    succeed("unmount", mountpoint);
  }
}
