package io.ringmount.bench.torture;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Planned upgrades under load lose nothing. */
@Timeout(180)
class UpgradeTortureIT {
  private static final int UPGRADES = 2;

  /** Each upgrade waits for it. */
  private static final List<String> SHORT_PROBATION = List.of("-Dringmount.watchdog.probation=300");

  @TempDir Path directory;

  @BeforeEach
  void assumeMountsAreHeld() throws Exception {
    Resilience.assumeMountsAreHeld();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transport=uring",
        "transport=uring,crash_safe=bounded",
        "transport=uring,sqpoll",
        "transport=device"
      })
  void nothingIsLost(String options) throws Exception {
    Resilience.assertNothingIsLost(directory, options, SHORT_PROBATION, UPGRADES, new Upgrades());
  }
}
