package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.Programs;
import io.ringmount.daemon.Programs.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as users run them: the launcher, a daemon process, the real device. */
@RequiresFuse
@Timeout(180)
class MountLifecycleIT {
  @TempDir Path work;
  private Path backend;
  private Path mountpoint;
  private Programs programs;
  private MountProcesses processes;

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
    processes.kill();
    while (Mounts.find(mountpoint).isPresent()) {
      Mounts.umount(mountpoint, Mounts.MNT_DETACH);
    }
  }

  private static void assertSucceeds(Outcome outcome) {
    assertEquals(0, outcome.code(), outcome.err());
    assertEquals("", outcome.err());
  }

  /** Failed with exactly one line, which has every part. */
  private static void assertOneLine(int code, Outcome outcome, String... parts) {
    assertEquals(code, outcome.code(), outcome.toString());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    for (String part : parts) {
      assertTrue(outcome.err().contains(part), outcome.err());
    }
  }

  private void assertNothingLeft() throws IOException, InterruptedException {
    assertTrue(Mounts.find(mountpoint).isEmpty());
    processes.assertEnded();
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void mountsServesReportsAndUnmounts(String transport) throws Exception {
    assertSucceeds(
        programs.ringmount("mount", backend, mountpoint, "-o", "transport=" + transport));
    assertEquals("content", Files.readString(mountpoint.resolve("file")));

    Outcome json = programs.ringmount("status", mountpoint, "--json");
    assertSucceeds(json);
    JsonObject status = JsonParser.parseString(json.out()).getAsJsonObject();
    assertEquals(mountpoint.toRealPath().toString(), status.get("mountpoint").getAsString());
    assertEquals(backend.toRealPath().toString(), status.get("backend").getAsString());
    assertEquals(transport, status.get("transport").getAsString());
    assertTrue(status.get("channels").getAsJsonArray().size() >= 1);
    assertTrue(ProcessHandle.of(status.get("daemonPid").getAsLong()).isPresent());
    assertTrue(programs.ringmount("list").out().contains(mountpoint.toString()));

    assertSucceeds(programs.ringmount("unmount", mountpoint));
    assertNothingLeft();
    assertFalse(Files.exists(mountpoint.resolve("file")));
  }

  @Test
  void endsCleanlyOnSigterm() throws Exception {
    assertSucceeds(programs.ringmount("mount", backend, mountpoint));
    ProcessHandle daemon = processes.daemon();
    daemon.destroy();
    daemon.onExit().get(20, TimeUnit.SECONDS);
    assertNothingLeft();
    try (var entries = Files.list(work.resolve("run"))) {
      assertEquals(List.of(), entries.filter(Files::isDirectory).toList());
    }
  }

  @Test
  void endsWhenSomebodyElseUnmounts() throws Exception {
    assertSucceeds(programs.ringmount("mount", backend, mountpoint));
    ProcessHandle daemon = processes.daemon();
    assertSucceeds(programs.script("umount \"$1\"", mountpoint));
    daemon.onExit().get(20, TimeUnit.SECONDS);
    assertNothingLeft();
  }

  @Test
  void servesInTheForegroundUntilTold() throws Exception {
    assertSucceeds(
        programs.script(
            """
            "$1" mount --foreground "$2" "$3" 2>"$4" &
            for i in $(seq 100); do [ -e "$3/file" ] && break; sleep 0.1; done
            [ "$(cat "$3/file")" = content ]
            sleep 1
            kill -TERM $!
            wait $!
            """,
            Path.of("target/dist/bin/ringmount").toAbsolutePath(),
            backend,
            mountpoint,
            work.resolve("log")));
    assertNothingLeft();
  }

  @Test
  void refusesWhatCannotBeMountedInOneLine() throws Exception {
    assertOneLine(1, programs.ringmount("mount", work.resolve("absent"), mountpoint), "absent");
    assertOneLine(1, programs.ringmount("mount", backend, backend.resolve("file")), "file");
    assertOneLine(1, programs.ringmount("mount", backend, backend), backend.toString());
    assertOneLine(
        2,
        programs.ringmount("mount", backend, mountpoint, "-o", "entry_timout=1"),
        "entry_timeout");
    assertOneLine(
        1, programs.ringmount("mount", backend, mountpoint, "-o", "slots=1000"), "memory_budget");
    assertNothingLeft();
  }

  @Test
  void refusesToMountTwice() throws Exception {
    assertSucceeds(programs.ringmount("mount", backend, mountpoint));
    assertOneLine(
        1, programs.ringmount("mount", backend, mountpoint), mountpoint.toString(), "mounted");
    assertEquals("content", Files.readString(mountpoint.resolve("file")));
    assertSucceeds(programs.ringmount("unmount", mountpoint));
  }

  @Test
  void cleansADeadMount() throws Exception {
    assertSucceeds(programs.ringmount("mount", backend, mountpoint));
    processes.kill();
    assertTrue(programs.ringmount("list").out().contains("dead"));
    assertSucceeds(programs.ringmount("unmount", mountpoint));
    assertNothingLeft();
  }

  @Test
  void keepsABusyMountUnlessForced() throws Exception {
    assertSucceeds(programs.ringmount("mount", backend, mountpoint));
    Process user = new ProcessBuilder("sleep", "60").directory(mountpoint.toFile()).start();
    try {
      assertOneLine(1, programs.ringmount("unmount", mountpoint), "--force");
      assertEquals("content", Files.readString(mountpoint.resolve("file")));
      assertSucceeds(programs.ringmount("unmount", "--force", mountpoint));
      assertNothingLeft();
    } finally {
      user.destroyForcibly();
    }
  }

  @Test
  void keepsTheLogOfADaemonThatWasKilled() throws Exception {
    assertSucceeds(programs.ringmount("mount", backend, mountpoint));
    processes.kill();
    assertSucceeds(programs.ringmount("list"));
    Outcome unmount = programs.ringmount("unmount", mountpoint);
    assertSucceeds(unmount);
    try (var files = Files.list(work.resolve("run"))) {
      Path log = files.filter(each -> each.toString().endsWith(".failed.log")).findFirst().get();
      assertTrue(unmount.out().contains(log.toString()), unmount.out());
      assertTrue(Files.readString(log).contains("mounted"));
    }
    assertNothingLeft();
  }

  @Test
  void servesNamesBeyondAsciiInAnyLocale() throws Exception {
    assertSucceeds(
        programs.script(
            """
            export LC_ALL=C
            mountpoint="$2/m"$'\\303\\244'
            mkdir "$mountpoint"
            trap 'umount -l "$mountpoint" 2>/dev/null || true' EXIT
            "$1" mount "$3" "$mountpoint"
            [ "$(cat "$mountpoint/file")" = content ]
            "$1" list | grep -aqF "$mountpoint"
            "$1" status "$mountpoint" | grep -aqF "$mountpoint"
            "$1" unmount "$mountpoint"
            rmdir "$mountpoint"
            """,
            Path.of("target/dist/bin/ringmount").toAbsolutePath(),
            work,
            backend));
  }

  @Test
  void neverWaitsForEverForABackendOrADaemonThatHangs() throws Exception {
    // Requests on the device that nobody has read yet do not outlive those who made them.
    String options = "transport=device,attr_timeout=0,entry_timeout=0,hang_limit=0";
    Path second = Files.createDirectory(work.resolve("second"));
    assertSucceeds(programs.ringmount("mount", backend, mountpoint, "-o", options));
    long daemon = processes.daemon().pid();
    try {
      assertSucceeds(programs.script("kill -STOP \"$1\"", daemon));
      assertOneLine(
          1,
          programs.ringmount("mount", mountpoint, second),
          "the backend does not answer within 10 s, " + mountpoint);
      Outcome status = programs.ringmount("status", mountpoint);
      assertOneLine(1, status, "does not answer within 5 s", mountpoint.toString());
      assertFalse(status.err().contains("java."), status.err());
    } finally {
      assertSucceeds(programs.script("kill -CONT \"$1\"", daemon));
    }
    assertSucceeds(programs.ringmount("unmount", mountpoint));
    assertNothingLeft();
  }

  @Test
  void endsQuietlyWhenToldBeforeItServes() throws Exception {
    assertSucceeds(
        programs.script(
            """
            "$1" mount --foreground "$2" "$3" 2>"$4" &
            until mountpoint -q "$3"; do sleep 0.01; done
            kill -TERM $!
            wait $!
            """,
            Path.of("target/dist/bin/ringmount").toAbsolutePath(),
            backend,
            mountpoint,
            work.resolve("log")));
    assertNothingLeft();
  }

  @Test
  void demonstratesItself() throws Exception {
    Outcome outcome = programs.ringmount("demo");
    assertEquals(0, outcome.code(), outcome.toString());
    assertTrue(outcome.out().contains("transport"), outcome.out());
    assertEquals(
        2, outcome.out().lines().filter(line -> line.contains("another daemon serves")).count());
    assertTrue(
        Mounts.list().stream().noneMatch(each -> each.mountPoint().contains("ringmount-demo")));
  }

  @Test
  void findsTheMachineFit() throws Exception {
    Outcome outcome = programs.ringmount("doctor", "--fix", "--json");
    assertEquals(0, outcome.code(), outcome.toString());
    assertTrue(
        JsonParser.parseString(outcome.out()).isJsonArray() || outcome.out().startsWith("{"));
  }
}
