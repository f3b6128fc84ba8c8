package io.ringmount.daemon.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.RequiresFuse;
import io.ringmount.daemon.faults.WatchedMount.Serving;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** However a daemon ends, or stops to do anything: applications go on, and lose nothing. */
@RequiresFuse
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class DaemonEndIT {
  private static final int TURNS = 50;

  /** So that it is soon full. */
  private static final String HEAP = "-Xmx96m";

  /** On a busy machine a thread dump takes its time. */
  private static final String DUMP = "-Dringmount.watchdog.dump=2000";

  private static final String AGENTS = "-XX:+EnableDynamicAgentLoading";

  /** Looks for what a process left that was killed. */
  private static final String AUDIT = "lookup-audit";

  @TempDir Path work;
  private WatchedMount mount;
  private SteadyCallers callers;
  private Holder holder;

  @AfterEach
  void leaveNothing() throws Exception {
    // First, so that nobody waits for it any more.
    mount.abandon();
    if (callers != null) {
      callers.close();
    }
    if (holder != null) {
      holder.close();
    }
  }

  /** The transports in turn, so that every pair has one of either. */
  static Stream<Arguments> ends() {
    return Stream.of(DaemonEnd.values())
        .map(end -> Arguments.of(end, end.ordinal() % 2 == 0 ? "uring" : "device"));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void applicationsGoOn(DaemonEnd end, String transport) throws Exception {
    Path backend = Files.createDirectory(work.resolve("backend"));
    mount = new WatchedMount(work, backend, HEAP, DUMP, AGENTS);
    Serving first = mount.mount(transport, end.hangs() ? ",hang_limit=2s" : "");
    holder = new Holder(work, backend, mount.at(""));
    callers = new SteadyCallers(backend, mount.at(""));
    holder.awaitHeld();
    callers.awaitTurns(TURNS);
    assertFalse(WatchedMount.threads(first.daemon()).contains(AUDIT));

    end.bringTo(first.daemon(), work);
    WatchedMount.awaitEnd(first.daemon());
    callers.awaitTurns(TURNS);
    callers.finish();
    holder.finish();
    mount.awaitSuccessor(first);
    long next = mount.serving().daemon();
    while (!WatchedMount.threads(next).contains(AUDIT)) {
      Thread.sleep(50);
    }
    String log = mount.log();
    assertTrue(end.isIn(log), log);
    assertEquals(end.hangs(), log.contains("Full thread dump"), log);
    mount.unmount();
  }
}
