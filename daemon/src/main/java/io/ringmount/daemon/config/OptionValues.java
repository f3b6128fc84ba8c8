package io.ringmount.daemon.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Values of options, checked; an option that was not given has its default. */
public final class OptionValues {
  private final Map<Option<?>, Object> values = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();

  /** Gives an option a value; the last one counts. */
  public <T> void put(Option<T> option, String text) throws InvalidValueException {
    values.put(option, option.type().parse(text));
    texts.put(option.name(), text);
  }

  @SuppressWarnings("unchecked") // put() stores what the option's own type made
  public <T> T get(Option<T> option) {
    Object value = values.get(option);
    return value == null ? option.defaultValue() : (T) value;
  }

  /** What was given, by name: enough to make the same values again. */
  public Map<String, String> texts() {
    return Collections.unmodifiableMap(texts);
  }
}
