package io.ringmount.daemon.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.daemon.faults.WatchedMount.Serving;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** A daemon is killed while its standby still rehearses: that one serves, and does not finish. */
@RequiresFuse
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class UnreadyStandbyIT {
  private static final int TURNS = 50;
  private static final String REHEARSAL = "rehearsal";

  /** One of the programs that a rehearsal runs: it says who it is, and never ends. */
  private static final String ENDLESS_SEQ =
      """
      #!/bin/sh
      echo $$ >> "%s"
      exec sleep infinity
      """;

  @TempDir Path work;
  private Path endless;
  private WatchedMount mount;
  private SteadyCallers callers;

  @BeforeEach
  void makeRehearsalsEndless() throws Exception {
    endless = work.resolve("endless");
    Path seq = Files.createDirectory(work.resolve("bin")).resolve("seq");
    Files.writeString(seq, ENDLESS_SEQ.formatted(endless));
    Files.setPosixFilePermissions(seq, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void leaveNothing() throws Exception {
    mount.abandon();
    if (Files.exists(endless)) {
      for (String pid : Files.readAllLines(endless)) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
    if (callers != null) {
      callers.close();
    }
  }

  @Test
  void servesAtOnce() throws Exception {
    Path backend = Files.createDirectory(work.resolve("backend"));
    mount = new WatchedMount(work, backend);
    mount.setEnvironment("PATH", work.resolve("bin") + ":" + System.getenv("PATH"));
    Serving first = mount.mount("uring", ",standby=on");
    callers = new SteadyCallers(backend, mount.at(""));
    callers.awaitTurns(TURNS);
    long standby = mount.awaitThread(REHEARSAL);
    while (!Files.exists(endless) || Files.size(endless) == 0) {
      Thread.sleep(10);
    }

    try (PidFd process = PidFd.open(first.daemon())) {
      process.sendSignal(PidFd.SIGKILL);
    }
    callers.awaitTurns(TURNS);
    mount.awaitSuccessor(first);
    assertEquals(standby, mount.serving().daemon());
    assertTrue(WatchedMount.threads(standby).contains(REHEARSAL), "its end was waited for");
    callers.finish();
    mount.unmount();
  }
}
