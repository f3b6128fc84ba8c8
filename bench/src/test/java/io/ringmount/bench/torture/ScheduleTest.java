package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ScheduleTest {
  @Test
  void targetsNameTheirVictimsInOrder() {
    assertEquals(List.of(Victim.DAEMON), CrashTarget.DAEMON.victims(1));
    assertEquals(List.of(Victim.DAEMON), CrashTarget.ALTERNATE.victims(0));
    assertEquals(List.of(Victim.WATCHDOG), CrashTarget.ALTERNATE.victims(1));
    assertEquals(
        List.of(Victim.WATCHDOG, Victim.DAEMON), CrashTarget.BOTH_WATCHDOG_FIRST.victims(0));
  }

  @Test
  void onlyVictimsAreReplaced() {
    assertEquals(new Replacement(Set.of(Victim.DAEMON), true), new Upgrades().replacement(1));
    assertEquals(
        new Replacement(Set.of(Victim.DAEMON), false), replacement(CrashTarget.ALTERNATE, 0));
    assertEquals(
        new Replacement(Set.of(Victim.WATCHDOG), true), replacement(CrashTarget.ALTERNATE, 1));
    assertEquals(
        new Replacement(Set.of(Victim.DAEMON, Victim.WATCHDOG), true),
        replacement(CrashTarget.BOTH_DAEMON_FIRST, 1));
  }

  private static Replacement replacement(CrashTarget target, int number) {
    return new Crashes(target, CrashSignal.KILL, 0, 0).replacement(number);
  }

  @Test
  void anUpgradeLastsAsItsReportSays() throws ViolationException {
    String report = "NOTE: flags\n{\n \"pauseMillis\": %s,\n \"servingNanos\": 90000000000000\n}";
    Event event = Upgrades.handOver(report.formatted("3.804"));
    assertEquals(new Event("upgrade", 90_000_000_000_000L - 3_804_000, 90_000_000_000_000L), event);
    Event endless = Upgrades.handOver(report.formatted("3.8045E7"));
    assertEquals(38_045_000_000_000L, endless.end() - endless.begin());
    assertThrows(ViolationException.class, () -> Upgrades.handOver(report.formatted("null")));
  }

  @Test
  void aStatusSaysWhoServes() throws IOException {
    String status = "{\"ok\":{\"mountpoint\":\"/m\",\"generation\":3,\"daemonPid\":7";
    ServiceState state = ServiceState.parse(status + ",\"watchdogPid\":8}}");
    assertEquals(new ServiceState(7, 8, 3), state);
    assertEquals(8, Victim.WATCHDOG.pid(state));
    assertEquals(0, ServiceState.parse(status + ",\"watchdogPid\":null}}").watchdogPid());
    for (String other : new String[] {null, "", "[]", "{\"error\":\"no\"}", "{\"ok\":{}}"}) {
      assertThrows(IOException.class, () -> ServiceState.parse(other));
    }
  }

  @Test
  void whoDoesNotAnswerIsNotWaitedFor(@TempDir Path directory) throws IOException {
    Path socket = directory.resolve("control.sock");
    assertThrows(IOException.class, () -> ServiceState.ask(socket));
    try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(socket));
      assertThrows(IOException.class, () -> ServiceState.ask(socket));
    }
  }

  @Test
  void whatHangsIsLeftBehind() throws Exception {
    assertEquals(3, Limited.run("three", 10_000, () -> 3));
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                Limited.run(
                    "sleep",
                    20,
                    () -> {
                      Thread.sleep(20_000);
                      return null;
                    }));
    assertTrue(e.getMessage().contains("sleep does not end within 20 ms"), e.getMessage());
  }
}
