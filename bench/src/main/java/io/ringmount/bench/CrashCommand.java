package io.ringmount.bench;

import io.ringmount.bench.torture.CrashSignal;
import io.ringmount.bench.torture.CrashTarget;
import io.ringmount.bench.torture.Crashes;
import io.ringmount.bench.torture.PauseLimits;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringmount bench crash}. */
@Command(
    name = "crash",
    aliases = "--crash",
    mixinStandardHelpOptions = true,
    description = {
      "Kills a mount's processes over and over while clients on every processor use it and check"
          + " all that they see. Prints how long requests waited. Ends with 1 when anything was"
          + " lost, repeated, refused or, with --standby, too late, or when a process was replaced"
          + " or grew without need."
    })
final class CrashCommand implements Callable<Integer> {
  @Option(
      names = "--target",
      description = "What is killed: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private CrashTarget target = CrashTarget.DAEMON;

  @Option(
      names = "--signal",
      description = "How: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private CrashSignal signal = CrashSignal.KILL;

  @Option(
      names = "--gap",
      description =
          "Milliseconds from the first to the second where both are killed (default:"
              + " ${DEFAULT-VALUE}).")
  private long gap = 1000;

  @Option(
      names = "--recovery",
      description =
          "Seconds within which the mount must be served again (default: ${DEFAULT-VALUE}).")
  private long recovery = 60;

  @Option(
      names = "--median-limit",
      description =
          "The most milliseconds of the median pause, with --standby (default: ${DEFAULT-VALUE}).")
  private double medianLimit = 25;

  @Option(
      names = "--limit",
      description =
          "The most milliseconds of any pause, with --standby (default: ${DEFAULT-VALUE}).")
  private double limit = 150;

  @Mixin private TortureOptions torture;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (signal == CrashSignal.STOP && target != CrashTarget.DAEMON) {
      throw new ParameterException(
          spec.commandLine(), "nobody ends a watchdog that is stopped: STOP is for the daemon");
    }
    boolean limited = torture.standby() && signal == CrashSignal.KILL;
    return torture.run(
        new Crashes(target, signal, gap, TimeUnit.SECONDS.toMillis(recovery)),
        true,
        limited ? Optional.of(new PauseLimits(medianLimit, limit)) : Optional.empty());
  }
}
