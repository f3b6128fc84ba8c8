package io.ringmount.daemon.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and times as people write them: {@code 64k}, {@code 1.5g}, {@code 200us}, {@code 1s}. */
public final class Units {
  /** A number that no honest value exceeds in length, then letters. */
  private static final Pattern QUANTITY =
      Pattern.compile("(-?(?:[0-9]{1,20}(?:\\.[0-9]{0,20})?|\\.[0-9]{1,20}))\\s?([a-zµ]*)");

  private static final Map<String, Long> BYTES =
      Map.ofEntries(
          Map.entry("", 1L),
          Map.entry("b", 1L),
          Map.entry("k", 1L << 10),
          Map.entry("m", 1L << 20),
          Map.entry("g", 1L << 30),
          Map.entry("t", 1L << 40));

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private static final Map<String, Long> NANOS =
      Map.ofEntries(
          Map.entry("", NANOS_PER_SECOND),
          Map.entry("ns", 1L),
          Map.entry("us", 1_000L),
          Map.entry("µs", 1_000L),
          Map.entry("ms", 1_000_000L),
          Map.entry("s", NANOS_PER_SECOND),
          Map.entry("m", 60 * NANOS_PER_SECOND),
          Map.entry("min", 60 * NANOS_PER_SECOND),
          Map.entry("h", 3_600 * NANOS_PER_SECOND),
          Map.entry("d", 86_400 * NANOS_PER_SECOND));

  private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

  private Units() {}

  /** Bytes; units are powers of 1024, {@code kb} and {@code kib} mean {@code k}. */
  public static long size(String text) throws InvalidValueException {
    Matcher matcher = match(text, "is not a size");
    String unit = matcher.group(2).replaceFirst("(?<=[kmgt])i?b$", "");
    return scale(matcher.group(1), BYTES.get(unit), "has no unit of size (k, m, g, t)");
  }

  /** A time; a bare number is seconds. */
  public static Duration duration(String text) throws InvalidValueException {
    Matcher matcher = match(text, "is not a time");
    long nanos =
        scale(
            matcher.group(1),
            NANOS.get(matcher.group(2)),
            "has no unit of time (ns, us, ms, s, m, h, d)");
    return Duration.ofNanos(nanos);
  }

  private static Matcher match(String text, String complaint) throws InvalidValueException {
    Matcher matcher = QUANTITY.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new InvalidValueException(complaint);
    }
    return matcher;
  }

  /** Fractions of the smallest unit are dropped. */
  private static long scale(String number, Long factor, String complaint)
      throws InvalidValueException {
    if (factor == null) {
      throw new InvalidValueException(complaint);
    }
    BigDecimal value = new BigDecimal(number).multiply(BigDecimal.valueOf(factor));
    if (value.signum() < 0 || value.compareTo(LONGEST) > 0) {
      throw new InvalidValueException(InvalidValueException.OUT_OF_RANGE);
    }
    return value.setScale(0, RoundingMode.DOWN).longValueExact();
  }

  /** For people: {@code 1.5 MiB}, {@code 512 B}. */
  public static String describeSize(long bytes) {
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(
        Locale.ROOT, value == Math.rint(value) ? "%.0f %s" : "%.1f %s", value, units[unit]);
  }

  /** For people, the two largest units: {@code 3h 02m}, {@code 12s}. */
  public static String describeSeconds(long seconds) {
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return String.format(Locale.ROOT, "%dm %02ds", seconds / 60, seconds % 60);
    }
    if (seconds < 86_400) {
      return String.format(Locale.ROOT, "%dh %02dm", seconds / 3600, seconds / 60 % 60);
    }
    return String.format(Locale.ROOT, "%dd %02dh", seconds / 86_400, seconds / 3600 % 24);
  }
}
