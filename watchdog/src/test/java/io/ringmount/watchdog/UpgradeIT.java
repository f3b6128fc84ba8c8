package io.ringmount.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.upgrade.UpgradeClient;
import io.ringmount.upgrade.UpgradeOutcome;
import io.ringmount.upgrade.UpgradeReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Planned upgrades, and the many ways in which they do not happen. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class UpgradeIT extends FakeMountSetUp {
  private static final int UPGRADES = 20;

  private UpgradeReport upgraded(UpgradeOutcome outcome) {
    return assertInstanceOf(UpgradeOutcome.Upgraded.class, outcome).report();
  }

  @Test
  void newBuildTakesOver() throws IOException, InterruptedException {
    mount.start(true);
    int first = mount.await(1, "mounted");
    Path build = mount.distribution("two", 2);
    List<String> progress = new ArrayList<>();
    UpgradeReport report =
        upgraded(UpgradeClient.upgrade(mount.socket(), Optional.of(build), progress::add));
    assertEquals("one", report.oldVersion());
    assertEquals("two", report.newVersion());
    assertEquals(first, report.oldPid());
    assertEquals("report of " + report.generation(), report.serving());
    assertTrue(report.pauseNanos() > 0, report::toString);
    assertTrue(report.readyNanos() > report.pauseNanos(), report::toString);
    assertEquals(4, progress.size(), progress::toString);
    int generation = report.generation();
    int second = mount.await(generation, "takes over from " + first + ", draining: " + KEPT);
    assertEquals(second, report.newPid());
    mount.await(generation, "predecessor gone");
    FakeMount.awaitEnd(first);
    // What is started from now on is of the new build.
    upgraded(mount.upgrade(null));
    mount.await(each -> each.contains("takes over from " + second + ", draining"), "third");
  }

  @Test
  void oldDaemonMayLeaveByEnding() throws IOException, InterruptedException {
    mount.start(false, "-Dfake.halt=true");
    int daemon = mount.await(1, "mounted");
    for (int generation = 2; generation <= 3; generation++) {
      long before = System.nanoTime();
      UpgradeReport report = upgraded(mount.upgrade(null));
      long most = System.nanoTime() - before;
      assertTrue(report.pauseNanos() > 0 && report.pauseNanos() < most, report::toString);
      assertEquals(generation, report.generation());
      daemon = mount.await(generation, "takes over from " + daemon + ", dead: " + KEPT);
    }
  }

  @Test
  void whatCannotBeUpgradedToIsRefused() throws IOException, InterruptedException {
    mount.start(false, "-Dfake.state=2");
    int first = mount.await(1, "mounted");
    Path nothing = directory.resolve("nothing");
    assertEquals(nothing + " is not a directory", mount.refusal(nothing));
    Files.createDirectory(nothing);
    assertEquals(nothing + " is not a distribution: no jvm.options", mount.refusal(nothing));
    for (int state : new int[] {1, 4}) {
      String reason = mount.refusal(mount.distribution("state" + state, state));
      assertTrue(reason.endsWith("the daemon writes 2"), reason);
    }
    upgraded(mount.upgrade(mount.distribution("state3", 3)));
    mount.await(2, "takes over from " + first);
  }

  @Test
  void failureBeforeTheHandoverLeavesTheOldOneServing() throws IOException, InterruptedException {
    mount.start(false);
    mount.await(1, "mounted");
    assertEquals(
        "the new daemon ended before it was ready: exit code 7",
        mount.refusal(mount.distribution("dead", 1, "-Dfake.exit=true")));
    assertEquals(
        "the new daemon ended before it was ready: exit code 1, cannot load",
        mount.refusal(mount.distribution("unable", 1, "-Dfake.fail=true")));
    assertEquals(
        "the new daemon ended before it was ready: exit code 1",
        mount.refusal(mount.distribution("flags", 1, "-XX:NoSuchFlag")));
    assertTrue(mount.events().stream().allMatch(each -> each.startsWith("1 ")));
    UpgradeReport report = upgraded(mount.upgrade(null));
    assertEquals(5, report.generation());
  }

  @Test
  void newDaemonThatIsNeverReadyIsEnded() throws IOException, InterruptedException {
    mount.limits("-Dringmount.watchdog.ready=500").start(false);
    int first = mount.await(1, "mounted");
    assertEquals(
        "the new daemon ended before it was ready: signal 9, was not ready within 500 ms",
        mount.refusal(mount.distribution("slow", 1, "-Dfake.load=60000")));
    mount.command(first, "unmount");
    mount.endsWith(0);
  }

  @Test
  void onlyOneUpgradeAtATime() throws IOException, InterruptedException {
    mount.start(false, "-Dfake.drain=1000");
    mount.await(1, "mounted");
    Path slow = mount.distribution("slow", 1, "-Dfake.load=500");
    Thread first = Thread.ofPlatform().start(() -> mustUpgrade(slow));
    mount.await(_ -> logHas("upgrade: starts"), "begun");
    assertEquals("the daemon is being replaced already; try again later", mount.refusal(null));
    first.join();
    String reason = mount.refusal(null);
    assertTrue(reason.startsWith("the daemon before still finishes what it began"), reason);
    mount.await(2, "predecessor gone");
    upgraded(mount.upgrade(null));
  }

  private boolean logHas(String text) {
    try {
      return mount.log().contains(text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void mustUpgrade(Path build) {
    try {
      upgraded(mount.upgrade(build));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void newDaemonThatDiesGivesWayToTheBuildBefore() throws IOException, InterruptedException {
    mount.start(false);
    mount.await(1, "mounted");
    String reason = mount.refusal(mount.distribution("bad", 1, "-Dfake.die=true"));
    assertEquals("the new daemon ended in its probation: exit code 9; one serves again", reason);
    mount.await(3, "takes over from");
  }

  @Test
  void newDaemonThatDoesNotServeGivesWayToTheBuildBefore()
      throws IOException, InterruptedException {
    mount.limits("-Dringmount.watchdog.serve=1000").start(false);
    mount.await(1, "mounted");
    String reason = mount.refusal(mount.distribution("bad", 1, "-Dfake.refuse=true"));
    assertEquals(
        "the new daemon ended before it served: signal 9, did not serve within 1000 ms;"
            + " one serves again",
        reason);
    mount.await(3, "takes over from");
  }

  @Test
  void oldDaemonThatDoesNotYieldIsEnded() throws IOException, InterruptedException {
    mount.limits("-Dringmount.watchdog.yield=300").start(false, "-Dfake.stubborn=true");
    int first = mount.await(1, "mounted");
    UpgradeReport report = upgraded(mount.upgrade(mount.distribution("two", 1)));
    assertEquals(-1, report.pauseNanos());
    mount.await(2, "takes over from " + first + ", dead: " + KEPT);
  }

  @Test
  void oldDaemonThatHangsWhileItDrainsIsEnded() throws IOException, InterruptedException {
    mount.start(false, "-Dfake.hang=500", "-Dfake.drain=600000");
    int first = mount.await(1, "mounted");
    upgraded(mount.upgrade(null));
    int second = mount.await(2, "takes over from " + first + ", draining: " + KEPT);
    mount.command(first, "channel waiting");
    mount.await(2, "predecessor gone");
    assertHung(1, first, "it waits for another thread");
    assertTrue(mount.log().contains("\"fake-channel\""), mount.log());
    upgraded(mount.upgrade(null));
    mount.await(3, "takes over from " + second + ", draining: " + KEPT);
    FakeMount.signal(second, SIGSTOP);
    mount.await(3, "predecessor gone");
    assertHung(2, second, "it is stopped");
    assertEquals(2, mount.processes().size());
  }

  private void assertHung(int generation, int pid, String how) throws IOException {
    String daemon = "daemon " + generation + " (process " + pid + ") ";
    FakeMount.awaitEnd(pid);
    String log = mount.log();
    assertTrue(log.contains(daemon + "hangs: "), log);
    assertTrue(log.contains(how), log);
  }

  @Test
  void oldDaemonThatWaitsForABackendWhileItDrainsIsNotHung()
      throws IOException, InterruptedException {
    mount.start(false, "-Dfake.hang=300", "-Dfake.drain=2000");
    int first = mount.await(1, "mounted");
    mount.command(first, "channel slow");
    mount.await(1, "did channel");
    upgraded(mount.upgrade(null));
    mount.await(2, "predecessor gone");
    assertFalse(mount.log().contains("hangs"), mount.log());
    mount.await(_ -> logHas("daemon 1 (process " + first + ") has ended: exit code 0"), "the end");
  }

  @Test
  void manyUpgradesLeaveNothingBehind() throws IOException, InterruptedException {
    mount.limits("-Dringmount.watchdog.probation=10").start(false);
    mount.await(1, "mounted");
    upgraded(mount.upgrade(null));
    mount.await(2, "predecessor gone");
    Thread.sleep(500); // What belongs to the first daemon is closed once its end was seen.
    int before = mount.descriptors();
    for (int i = 0; i < UPGRADES; i++) {
      upgraded(mount.upgrade(null));
      mount.await(i + 3, "predecessor gone");
    }
    mount.awaitDescriptors(before);
    assertEquals(2, mount.processes().size());
  }
}
