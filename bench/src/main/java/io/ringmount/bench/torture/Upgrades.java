package io.ringmount.bench.torture;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Planned upgrades to the same distribution, by the command for it. */
public final class Upgrades implements Schedule {
  /** Start of the new daemon, hand-over and probation, on a loaded machine. */
  private static final long LIMIT_MILLIS = 90_000;

  private static final long PROBE_MILLIS = 10_000;
  private static final double NANOS_PER_MILLI = 1e6;

  /** Great and small ones have an exponent. */
  private static final String NUMBER = "-?[0-9.]+(?:[Ee][-+]?[0-9]+)?";

  @Override
  public String title() {
    return "upgrade";
  }

  /** The new daemon is always started for it. */
  @Override
  public Replacement replacement(int number) {
    return new Replacement(Set.of(Victim.DAEMON), true);
  }

  @Override
  public Event next(int number, TortureMount mount)
      throws IOException, InterruptedException, ViolationException {
    TortureMount.Outcome outcome =
        mount.command(LIMIT_MILLIS, "upgrade", "--json", mount.mountpoint().toString());
    ViolationException.unless(
        outcome.code() == 0, "upgrade ended with %d: %s", outcome.code(), outcome.output());
    mount.probe(PROBE_MILLIS);
    return handOver(outcome.output());
  }

  /** From when the old daemon took no more requests until the new one did. */
  static Event handOver(String report) throws ViolationException {
    long serving = number(report, "servingNanos").longValue();
    double pauseMillis = number(report, "pauseMillis").doubleValue();
    return new Event("upgrade", serving - (long) (pauseMillis * NANOS_PER_MILLI), serving);
  }

  private static BigDecimal number(String report, String name) throws ViolationException {
    Matcher matcher = Pattern.compile("\"" + name + "\": *(" + NUMBER + ")").matcher(report);
    ViolationException.unless(matcher.find(), "no %s in the report: %s", name, report);
    return new BigDecimal(matcher.group(1));
  }
}
