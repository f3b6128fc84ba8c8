package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.channels.linux.PidFd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The harness itself, on a mount whose processes nobody replaces. */
@Timeout(120)
class TortureIT {
  private static final Path HOME = Path.of("target/dist").toAbsolutePath();

  @TempDir Path directory;

  /** Sends all processes of the mount a signal, or none. */
  private record Once(int signal) implements Schedule {
    private static final int NONE = 0;
    private static final int SIGSTOP = 19;

    @Override
    public String title() {
      return "signal " + signal;
    }

    @Override
    public Replacement replacement(int number) {
      return Replacement.NONE;
    }

    @Override
    public Event next(int number, TortureMount mount) throws IOException {
      long now = System.nanoTime();
      if (signal != NONE) {
        for (long pid : mount.processes()) {
          try (PidFd process = PidFd.open(pid)) {
            process.sendSignal(signal);
          }
        }
      }
      return new Event(title(), now, System.nanoTime());
    }
  }

  @BeforeEach
  void assumeThisMayMount() throws IOException {
    assumeTrue(
        Files.isWritable(FuseDevice.PATH) && Credentials.hasSysAdmin(), "mounting needs root");
  }

  private TortureResult run(String options, Schedule schedule) throws Exception {
    LoadSettings load = new LoadSettings(2, 100, 3_000, false, 1);
    TortureSettings settings =
        new TortureSettings(HOME, directory, options, List.of(), 2, 1_000, load, Optional.empty());
    TortureResult result;
    try (Torture torture = new Torture(settings, schedule)) {
      result = torture.run(_ -> {});
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertEquals(List.of(), left.toList());
    }
    assertTrue(
        Mounts.list().stream()
            .noneMatch(each -> each.mountPoint().startsWith(directory.toString())));
    return result;
  }

  @ParameterizedTest
  @ValueSource(strings = {"transport=uring", "transport=device", "entry_timeout=1s"})
  void aMountThatIsLeftAloneLosesNothing(String options) throws Exception {
    TortureResult result = run(options, new Once(Once.NONE));
    assertTrue(result.passed(), result::toString);
    assertEquals(2, result.pauses().list().size());
    assertTrue(result.latencies().getTotalCount() > 1000, result::toString);
  }

  @Test
  void aMountThatStandsStillMakesClientsHangAndNothingIsLeft() throws Exception {
    TortureResult result = run("transport=uring,entry_timeout=0", new Once(Once.SIGSTOP));
    assertTrue(
        result.violations().stream().anyMatch(each -> each.contains("hangs for")),
        result::toString);
  }

  @Test
  void aMountThatDiesMakesCallsFailAndNothingIsLeft() throws Exception {
    TortureResult result = run("transport=device,entry_timeout=0", new Once(PidFd.SIGKILL));
    assertTrue(
        result.violations().stream()
            .anyMatch(each -> each.contains("ENOTCONN") || each.contains("ECONNABORTED")),
        result::toString);
  }
}
