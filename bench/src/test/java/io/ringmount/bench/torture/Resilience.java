package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.daemon.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/** Short runs on a real mount. Their pauses say little, as tests share the machine. */
final class Resilience {
  private static final Path HOME = Path.of("target/dist").toAbsolutePath();
  private static final String UNREMEMBERED = "entry_timeout=0,attr_timeout=0,direct_io=true,";
  private static final long HANG_MILLIS = 20_000;

  private Resilience() {}

  static void assumeMountsAreHeld() throws IOException {
    assumeTrue(
        Files.isWritable(FuseDevice.PATH) && Credentials.hasSysAdmin(), "mounting needs root");
    assumeTrue(
        new CommandLine(new Main()).getSubcommands().containsKey("upgrade"),
        "there is no watchdog that holds mounts");
  }

  /** Runs on a mount with the options and fails with the whole report on any violation. */
  static void assertNothingIsLost(
      Path directory, String options, List<String> javaFlags, int count, Schedule schedule)
      throws Exception {
    boolean bounded = options.contains("crash_safe=bounded") && schedule instanceof Crashes;
    LoadSettings load = new LoadSettings(Cpu.usable().length, 100, HANG_MILLIS, bounded, 1);
    TortureSettings settings =
        new TortureSettings(
            HOME, directory, UNREMEMBERED + options, javaFlags, count, 500, load, Optional.empty());
    try (Torture torture = new Torture(settings, schedule)) {
      TortureResult result = torture.run(_ -> {});
      assertTrue(result.passed(), result::toString);
      assertEquals(count, result.pauses().list().size());
    }
  }
}
