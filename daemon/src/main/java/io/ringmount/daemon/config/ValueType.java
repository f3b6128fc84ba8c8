package io.ringmount.daemon.config;

import io.ringmount.channels.BusyPoll;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an option's text may be, and how it becomes a value.
 *
 * @param placeholder stands for the value in help texts, such as {@code SIZE}
 * @param unit of a number without one, such as {@code bytes}; empty where there is none
 * @param range what is allowed, as a remedy says it: "use …"
 */
public record ValueType<T>(String placeholder, String unit, String range, Parser<T> parser) {
  /** Turns text into a value. */
  @FunctionalInterface
  public interface Parser<T> {
    T parse(String text) throws InvalidValueException;
  }

  private static final Map<String, Boolean> BOOLEANS =
      Map.of(
          "true", true, "yes", true, "on", true, "1", true, //
          "false", false, "no", false, "off", false, "0", false);

  public T parse(String text) throws InvalidValueException {
    return parser.parse(text);
  }

  /** Whether the name alone, without a value, means {@code true}. */
  boolean isSwitch() {
    return placeholder.equals("BOOL");
  }

  static ValueType<Boolean> bool() {
    return new ValueType<>(
        "BOOL",
        "",
        "true or false",
        text -> {
          Boolean value = BOOLEANS.get(text.toLowerCase(Locale.ROOT));
          if (value == null) {
            throw new InvalidValueException("is neither true nor false");
          }
          return value;
        });
  }

  /** One of an enum's constants, by its lower-case name with dashes. */
  static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
    Map<String, E> byName = new LinkedHashMap<>();
    for (E each : type.getEnumConstants()) {
      byName.put(each.name().toLowerCase(Locale.ROOT).replace('_', '-'), each);
    }
    List<String> names = List.copyOf(byName.keySet());
    String last = names.getLast();
    String range = String.join(", ", names.subList(0, names.size() - 1)) + " or " + last;
    return new ValueType<>(
        String.join("|", names),
        "",
        range,
        text -> {
          E value = byName.get(text.toLowerCase(Locale.ROOT));
          if (value == null) {
            throw new InvalidValueException("is no such choice");
          }
          return value;
        });
  }

  /** A whole number, or {@code auto}, which is empty. */
  static ValueType<OptionalInt> countOrAuto(int smallest, int largest) {
    return new ValueType<>(
        "N",
        "",
        "auto, or " + smallest + " to " + largest,
        text -> {
          return text.equalsIgnoreCase("auto")
              ? OptionalInt.empty()
              : OptionalInt.of(parseCount(text, smallest, largest));
        });
  }

  /** A whole number. */
  static ValueType<Integer> count(int smallest, int largest) {
    return new ValueType<>(
        "N", "", smallest + " to " + largest, text -> parseCount(text, smallest, largest));
  }

  private static int parseCount(String text, int smallest, int largest)
      throws InvalidValueException {
    if (!text.matches("-?[0-9]{1,18}")) {
      throw new InvalidValueException("is not a whole number");
    }
    long value = Long.parseLong(text);
    if (value < smallest || value > largest) {
      throw new InvalidValueException(InvalidValueException.OUT_OF_RANGE);
    }
    return (int) value;
  }

  /** A number of bytes, with an optional unit. */
  static ValueType<Long> size(String smallest, String largest) {
    long low = constant(smallest, Units::size);
    long high = constant(largest, Units::size);
    return new ValueType<>(
        "SIZE",
        "bytes",
        smallest + " to " + largest,
        text -> {
          long value = Units.size(text);
          if (value < low || value > high) {
            throw new InvalidValueException(InvalidValueException.OUT_OF_RANGE);
          }
          return value;
        });
  }

  /** A time, with an optional unit; a bare number is seconds, as mount options have it. */
  static ValueType<Duration> duration(String smallest, String largest) {
    Duration low = constant(smallest, Units::duration);
    Duration high = constant(largest, Units::duration);
    return new ValueType<>(
        "TIME",
        "seconds",
        smallest + " to " + largest,
        text -> {
          Duration value = Units.duration(text);
          if (value.compareTo(low) < 0 || value.compareTo(high) > 0) {
            throw new InvalidValueException(InvalidValueException.OUT_OF_RANGE);
          }
          return value;
        });
  }

  /** As {@link #duration}, or {@code none}, which is empty. */
  static ValueType<Optional<Duration>> durationOrNone(String smallest, String largest) {
    ValueType<Duration> some = duration(smallest, largest);
    return new ValueType<>(
        some.placeholder,
        some.unit,
        "none, or " + some.range,
        text -> text.equals("none") ? Optional.empty() : Optional.of(some.parse(text)));
  }

  /** A share of something, 0 to 1. */
  static ValueType<Double> fraction() {
    return decimal("SHARE", "0 to 1, such as 0.25", 0, 1);
  }

  /** A number that may have a fraction; not negative. */
  static ValueType<Double> decimal(
      String placeholder, String range, double smallest, double largest) {
    return new ValueType<>(
        placeholder,
        "",
        range,
        text -> {
          if (!text.matches("-?(?:[0-9]{1,20}(?:\\.[0-9]{0,20})?|\\.[0-9]{1,20})")) {
            throw new InvalidValueException("is not a number");
          }
          double value = Double.parseDouble(text);
          if (text.startsWith("-") || value < smallest || value > largest) {
            throw new InvalidValueException(InvalidValueException.OUT_OF_RANGE);
          }
          return value;
        });
  }

  /** {@code auto}, or a time with its unit; 0 needs none. */
  static ValueType<BusyPoll> busyPoll() {
    return new ValueType<>(
        "TIME",
        "",
        "auto, 0, or a time with its unit up to 10ms, such as 50us",
        text -> {
          if (text.equalsIgnoreCase("auto")) {
            return BusyPoll.AUTO;
          }
          Duration bound = Units.duration(text);
          if (!bound.isZero() && Character.isDigit(text.charAt(text.length() - 1))) {
            throw new InvalidValueException("has no unit of time (ns, us, ms)");
          }
          if (bound.compareTo(BusyPoll.LONGEST) > 0) {
            throw new InvalidValueException(InvalidValueException.OUT_OF_RANGE);
          }
          return new BusyPoll(bound.toNanos());
        });
  }

  /** An absolute path, or {@code none}, which is empty. */
  static ValueType<Optional<Path>> directory() {
    return new ValueType<>(
        "PATH",
        "",
        "an absolute path",
        text -> {
          if (text.equals("none")) {
            return Optional.empty();
          }
          if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            throw new InvalidValueException("is not an absolute path");
          }
          return Optional.of(Path.of(text));
        });
  }

  static ValueType<ChannelSet> channels() {
    return new ValueType<>("CPUS", "", ChannelSet.RANGE, ChannelSet::parse);
  }

  /** Parses a text that this program wrote. */
  static <T> T constant(String text, Parser<T> parser) {
    try {
      return parser.parse(text);
    } catch (InvalidValueException e) {
      throw new IllegalArgumentException(text + " " + e.getMessage(), e);
    }
  }
}
