package io.ringmount.bench;

import io.ringmount.bench.torture.PauseLimits;
import io.ringmount.bench.torture.Upgrades;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ringmount bench upgrade}. */
@Command(
    name = "upgrade",
    aliases = "--upgrade",
    mixinStandardHelpOptions = true,
    description = {
      "Upgrades a mount over and over while clients on every processor use it and check all that"
          + " they see. Prints how long requests waited. Ends with 1 when anything was lost,"
          + " repeated, refused or too late, or when a process was replaced or grew without need."
    })
final class UpgradeCommand implements Callable<Integer> {
  @Option(
      names = "--median-limit",
      description = "The most milliseconds of the median pause (default: ${DEFAULT-VALUE}).")
  private double medianLimit = 10;

  @Option(
      names = "--limit",
      description = "The most milliseconds of any pause (default: ${DEFAULT-VALUE}).")
  private double limit = 100;

  @Mixin private TortureOptions torture;

  @Override
  public Integer call() throws Exception {
    return torture.run(new Upgrades(), false, Optional.of(new PauseLimits(medianLimit, limit)));
  }
}
