package io.ringmount.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.PidFd;
import io.ringmount.channels.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** From the mount to its end: crashes, hangs, and the watchdog's own death. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class WatchdogIT extends FakeMountSetUp {
  private static final int SIGSEGV = 11;

  @Test
  void mountServesUntilItIsUnmountedAndLeavesNothing() throws IOException, InterruptedException {
    mount.start(false);
    assertEquals("report of 1", mount.report());
    int pid = mount.await(1, "order the order");
    String limits = Files.readString(Path.of("/proc/" + pid + "/limits"));
    assertTrue(limits.matches("(?s).*Max core file size +0 +0 .*"), limits);
    mount.command(pid, "unmount");
    mount.endsWith(0);
    assertEquals(List.of(), mount.processes());
  }

  @Test
  void deathBeforeServingIsPassedOnAsExitCode() throws IOException, InterruptedException {
    mount.start(false, "-Dfake.exit=true");
    assertNull(mount.report());
    mount.endsWith(7);
    assertEquals(List.of(), mount.processes());
  }

  @Test
  void termUnmounts() throws IOException, InterruptedException {
    mount.start(true);
    mount.await(2, "ready");
    mount.watchdog().destroy();
    mount.endsWith(0);
    assertEquals(List.of(), mount.processes());
  }

  @Test
  void killedDaemonIsReplacedByOneThatHasEverything() throws IOException, InterruptedException {
    mount.start(false);
    int first = mount.await(1, "mounted");
    mount.command(first, "keep node-2 also unlinked");
    mount.await(1, "did keep");
    mount.command(first, "drop node-1");
    mount.await(1, "did drop");
    FakeMount.signal(first, PidFd.SIGKILL);
    String kept = "node-2=also unlinked order=the order state=made by one";
    int second = mount.await(2, "takes over from " + first + ", dead: " + kept);
    FakeMount.signal(second, SIGSEGV);
    int third = mount.await(3, "takes over from " + second + ", dead: " + kept);
    mount.command(third, "exit 5");
    mount.await(4, "takes over from " + third + ", dead: " + kept);
    String log = mount.log();
    assertTrue(log.contains("daemon 1 (process " + first + ") has ended: signal 9"), log);
    assertTrue(log.contains("daemon 2 (process " + second + ") has ended: signal 6"), log);
    assertTrue(log.contains("daemon 3 (process " + third + ") has ended: exit code 5"), log);
  }

  @Test
  void readyStandbyTakesOverWithWhatWasKeptMeanwhile() throws IOException, InterruptedException {
    mount.start(true);
    int first = mount.await(1, "mounted");
    int second = mount.await(2, "ready " + KEPT);
    mount.command(first, "keep node-3 late");
    mount.await(1, "did keep");
    mount.command(first, "drop node-1");
    mount.await(1, "did drop");
    FakeMount.signal(first, PidFd.SIGKILL);
    String kept = "node-3=late order=the order state=made by one";
    assertEquals(second, mount.await(2, "takes over from " + first + ", dead: " + kept));
    FakeMount.signal(mount.await(3, "ready " + kept), PidFd.SIGKILL);
    mount.await(4, "ready " + kept);
  }

  @Test
  void killedWatchdogIsReplacedByTheDaemon() throws IOException, InterruptedException {
    mount.start(false);
    int first = mount.await(1, "mounted");
    FakeMount.signal((int) mount.watchdog().pid(), PidFd.SIGKILL);
    mount.await(1, "reconnected");
    int watchdog = mount.watchdogPid();
    assertNotEquals(mount.watchdog().pid(), watchdog);
    FakeMount.signal(first, PidFd.SIGKILL);
    int second = mount.await(2, "takes over from " + first + ", dead: " + KEPT);
    mount.command(second, "unmount");
    FakeMount.awaitEnd(watchdog);
  }

  /** The second daemon serves while the first still drains; the upgrade fails later. */
  private Thread beginHandover() throws IOException, InterruptedException {
    mount.start(false, "-Dfake.drain=5000");
    int first = mount.await(1, "mounted");
    Thread upgrade = Thread.ofPlatform().start(() -> assertFails(() -> mount.upgrade(null)));
    mount.await(2, "takes over from " + first + ", draining: " + KEPT);
    return upgrade;
  }

  /** Kills the watchdog, and the second daemon once the first has ended. */
  private void killBoth(Thread upgrade, String kept) throws IOException, InterruptedException {
    int second = mount.await(2, "takes over");
    FakeMount.signal((int) mount.watchdog().pid(), PidFd.SIGKILL);
    upgrade.join();
    mount.await(1, "reconnected");
    mount.await(2, "reconnected");
    mount.await(2, "predecessor gone");
    FakeMount.signal(second, PidFd.SIGKILL);
    mount.await(3, "takes over from " + second + ", dead: " + kept);
  }

  @Test
  void watchdogThatDiesInAHandoverIsReplacedToo() throws IOException, InterruptedException {
    killBoth(beginHandover(), KEPT);
  }

  @Test
  void whatADrainingDaemonHadCountsLessThanWhatTheOneThatServesHas()
      throws IOException, InterruptedException {
    Thread upgrade = beginHandover();
    int first = mount.await(1, "mounted");
    int second = mount.await(2, "takes over");
    mount.command(second, "keep order a later order");
    mount.await(2, "did keep");
    mount.command(second, "drop node-1");
    mount.await(2, "did drop");
    mount.command(first, "keep node-2 late");
    mount.await(1, "did keep");
    killBoth(upgrade, "node-2=late order=a later order state=made by one");
  }

  private interface Action {
    Object run() throws IOException;
  }

  private static void assertFails(Action action) {
    try {
      action.run();
    } catch (IOException expected) {
      return;
    }
    throw new AssertionError("should have failed");
  }

  @Test
  void watchdogGoesOnFromWhatTheServiceManagerGives() throws IOException, InterruptedException {
    Path state = Files.writeString(directory.resolve("state"), "from before");
    Path order = Files.writeString(directory.resolve("order"), "the order");
    mount.resume(Map.of("state", state, "order", order));
    int first = mount.await(1, "takes over from 0, dead: order=the order state=from before");
    FakeMount.signal(first, PidFd.SIGKILL);
    mount.await(2, "takes over from " + first + ", dead: order=the order state=from before");
  }

  @Test
  void stoppedDaemonIsTakenForHung() throws IOException, InterruptedException {
    mount.start(false, "-Dfake.hang=500");
    int first = mount.await(1, "mounted");
    FakeMount.signal(first, SIGSTOP);
    mount.await(2, "takes over from " + first + ", dead: " + KEPT);
    assertTrue(mount.log().contains("it is stopped"), mount.log());
  }

  @Test
  void threadsThatDoNotBeatAreHungAndLeaveADump() throws IOException, InterruptedException {
    mount.start(false, "-Dfake.hang=500");
    int first = mount.await(1, "mounted");
    mount.command(first, "channel busy");
    int second = mount.await(2, "takes over from " + first + ", dead: " + KEPT);
    mount.command(second, "channel waiting");
    mount.await(3, "takes over from " + second + ", dead: " + KEPT);
    String log = mount.log();
    assertTrue(log.contains("it runs and runs"), log);
    assertTrue(log.contains("it waits for another thread"), log);
    assertTrue(log.contains("\"fake-channel\""), log);
    assertTrue(log.contains("has ended: signal 9, hung"), log);
  }

  @Test
  void threadThatWaitsForABackendIsNotHung() throws IOException, InterruptedException {
    mount.start(false, "-Dfake.hang=500");
    int first = mount.await(1, "mounted");
    mount.command(first, "channel slow");
    mount.await(1, "did channel");
    Thread.sleep(1500);
    assertEquals(first, mount.await(1, "mounted"));
    assertFalse(mount.log().contains("hangs"), mount.log());
    mount.command(first, "unmount");
    mount.endsWith(0);
  }

  @Test
  void nonsenseHurtsOnlyTheOneWhoSaysIt() throws IOException, InterruptedException {
    mount.start(false);
    int first = mount.await(1, "mounted");
    int before = mount.descriptors();
    for (int i = 0; i < 100; i++) {
      try (UnixSocket stranger = UnixSocket.connect(mount.socket())) {
        stranger.send(new byte[i + 1], stranger.fd());
        assertTrue(stranger.receive(100).isEmpty());
      }
    }
    mount.awaitDescriptors(before);
    mount.command(first, "unmount");
    mount.endsWith(0);
  }
}
