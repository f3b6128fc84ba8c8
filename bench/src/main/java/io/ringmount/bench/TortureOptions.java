package io.ringmount.bench;

import io.ringmount.bench.torture.LoadSettings;
import io.ringmount.bench.torture.PauseLimits;
import io.ringmount.bench.torture.Schedule;
import io.ringmount.bench.torture.Torture;
import io.ringmount.bench.torture.TortureResult;
import io.ringmount.bench.torture.TortureSettings;
import io.ringmount.channels.linux.Cpu;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the commands that do something to a mount's processes under load, and their run. */
final class TortureOptions {
  @Option(names = "--count", description = "How often, on each mount (default: ${DEFAULT-VALUE}).")
  private int count = 10;

  @Option(
      names = "--interval",
      description = "Milliseconds between two times, on average (default: ${DEFAULT-VALUE}).")
  private long interval = 1000;

  @Option(names = "--clients", description = "Client processes (default: two for each CPU).")
  private int clients;

  @Option(
      names = "--pause",
      description =
          "Microseconds that a client rests between two steps (default: ${DEFAULT-VALUE}).")
  private long pause;

  @Option(
      names = "--hang",
      description = "Seconds after which a call is said to hang (default: ${DEFAULT-VALUE}).")
  private long hang = 20;

  @Option(
      names = "--java-flag",
      description = "For all processes of the mount; may be given more than once.")
  private List<String> javaFlags = new ArrayList<>();

  @Option(names = "--standby", description = "Mount with standby=on.")
  private boolean standby;

  @Option(names = "--seed", description = "Of the random choices (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Mixin private PlaceOptions place;

  boolean standby() {
    return standby;
  }

  /**
   * Runs the schedule on every variant and prints what came of it.
   *
   * @param bounded whether calls may end with ECANCELED where the mount's mode has that
   * @return the exit code
   */
  int run(Schedule schedule, boolean bounded, Optional<PauseLimits> limits)
      throws IOException, InterruptedException {
    boolean passed = true;
    for (Variant variant : place.variants(Variant.RESILIENT)) {
      Variant mounted = standby ? variant.with("standby=on") : variant;
      passed &= run(mounted.unremembered(), schedule, bounded, limits);
    }
    return passed ? 0 : 1;
  }

  private boolean run(
      Variant variant, Schedule schedule, boolean bounded, Optional<PauseLimits> limits)
      throws IOException, InterruptedException {
    LoadSettings load =
        new LoadSettings(
            clients > 0 ? clients : 2 * Cpu.usable().length,
            pause,
            TimeUnit.SECONDS.toMillis(hang),
            bounded && variant.mayCancel(),
            seed);
    TortureSettings settings =
        new TortureSettings(
            Path.of(System.getProperty("ringmount.home")),
            place.directory(),
            variant.options(),
            javaFlags,
            count,
            interval,
            load,
            limits);
    try (Torture torture = new Torture(settings, schedule)) {
      System.out.printf(
          "%s (%s): %d times %s, %d clients%n",
          variant.name(), variant.options(), count, schedule.title(), load.clients());
      TortureResult result =
          torture.run(line -> System.err.println("bench: " + variant.name() + ": " + line));
      System.out.print(result);
      return result.passed();
    }
  }
}
