package io.ringmount.daemon.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Values of options, checked, for a mount or for one CPU. */
public final class OptionValues {
  private final int line;
  private final Map<Option<?>, Object> values = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<Option<?>, Integer> lines = new LinkedHashMap<>();

  public OptionValues() {
    this(OptionMistake.NO_LINE);
  }

  /**
   * @param line of the tuning file that says what the values are for
   */
  OptionValues(int line) {
    this.line = line;
  }

  /** Gives an option a value; the last one counts. */
  <T> void put(Option<T> option, String text) throws InvalidValueException {
    put(option, text, OptionMistake.NO_LINE);
  }

  /**
   * As {@link #put(Option, String)}.
   *
   * @param line of the tuning file
   */
  <T> void put(Option<T> option, String text, int line) throws InvalidValueException {
    values.put(option, option.type().parse(text));
    texts.put(option.name(), text);
    lines.put(option, line);
  }

  /** What was given, or else the default. */
  public <T> T get(Option<T> option) {
    return given(option).orElseGet(option::defaultValue);
  }

  @SuppressWarnings("unchecked") // put() stores what the option's own type made
  public <T> Optional<T> given(Option<T> option) {
    return Optional.ofNullable((T) values.get(option));
  }

  /** The tuning file's line of an option, {@link OptionMistake#NO_LINE} without one. */
  int line(Option<?> option) {
    return lines.getOrDefault(option, OptionMistake.NO_LINE);
  }

  int line() {
    return line;
  }

  /** What was given, by name: enough to make the same values again. */
  public Map<String, String> texts() {
    return Collections.unmodifiableMap(texts);
  }

  /** These values, and those of {@code lower} for what is not among them. */
  OptionValues over(OptionValues lower) {
    OptionValues both = new OptionValues(lower.line);
    for (OptionValues each : new OptionValues[] {lower, this}) {
      both.values.putAll(each.values);
      both.texts.putAll(each.texts);
      both.lines.putAll(each.lines);
    }
    return both;
  }

  /** These values but one. */
  OptionValues without(Option<?> option) {
    OptionValues others = over(new OptionValues(line));
    others.values.remove(option);
    others.texts.remove(option.name());
    others.lines.remove(option);
    return others;
  }

  /** Whether the same options have the same values, in whatever words. */
  @Override
  public boolean equals(Object other) {
    return other instanceof OptionValues that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return texts.toString();
  }
}
