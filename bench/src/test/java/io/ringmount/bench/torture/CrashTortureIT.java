package io.ringmount.bench.torture;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Killed daemons and watchdogs under load lose nothing. */
@Timeout(180)
class CrashTortureIT {
  private static final int KILLS = 4;
  private static final long GAP_MILLIS = 1000;
  private static final long LIMIT_MILLIS = 15_000;

  @TempDir Path directory;

  @BeforeEach
  void assumeMountsAreHeld() throws Exception {
    Resilience.assumeMountsAreHeld();
  }

  private void assertNothingIsLost(String options, CrashTarget target) throws Exception {
    Resilience.assertNothingIsLost(
        directory,
        options,
        List.of(),
        KILLS,
        new Crashes(target, CrashSignal.KILL, GAP_MILLIS, LIMIT_MILLIS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"transport=uring", "transport=uring,crash_safe=bounded", "transport=device"})
  void aKilledDaemonLosesNothing(String options) throws Exception {
    assertNothingIsLost(options, CrashTarget.DAEMON);
  }

  @Test
  void aStandbyLosesNothing() throws Exception {
    assertNothingIsLost("transport=uring,standby=on", CrashTarget.DAEMON);
  }

  @Test
  void killsInTurnLoseNothing() throws Exception {
    assertNothingIsLost("transport=uring", CrashTarget.ALTERNATE);
  }
}
