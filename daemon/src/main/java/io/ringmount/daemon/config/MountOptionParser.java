package io.ringmount.daemon.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code -o name=value,name,…}, and goes on after a mistake to find them all. */
public final class MountOptionParser {
  private final OptionValues values = new OptionValues();
  private final List<OptionMistake> mistakes = new ArrayList<>();

  private MountOptionParser() {}

  /**
   * Reads options as {@code -o} has them.
   *
   * @param lists the text of each {@code -o}; later options override earlier ones
   */
  public static OptionValues parse(List<String> lists) throws InvalidOptionsException {
    MountOptionParser parser = new MountOptionParser();
    for (String list : lists) {
      for (String item : list.split(",", -1)) {
        parser.item(item.strip());
      }
    }
    return parser.finish();
  }

  /** Reads options that are apart already. */
  public static OptionValues parse(Map<String, String> texts) throws InvalidOptionsException {
    MountOptionParser parser = new MountOptionParser();
    texts.forEach(parser::named);
    return parser.finish();
  }

  private OptionValues finish() throws InvalidOptionsException {
    if (!mistakes.isEmpty()) {
      throw new InvalidOptionsException(mistakes);
    }
    return values;
  }

  private void item(String item) {
    int equals = item.indexOf('=');
    String name = equals < 0 ? item : item.substring(0, equals);
    if (item.isEmpty() || OptionTable.isWithoutMeaning(name)) {
      return;
    }
    String refusal = OptionTable.REFUSED.get(name);
    if (refusal != null) {
      mistake(name + " " + refusal, "leave it out");
      return;
    }
    String alias = OptionTable.ALIASES.get(name);
    if (alias != null) {
      if (equals >= 0) {
        mistake(item + " has a value", "use " + name + " alone, or " + alias);
        return;
      }
      item(alias);
      return;
    }
    named(name, equals < 0 ? null : item.substring(equals + 1));
  }

  private void named(String name, String value) {
    Optional<Option<?>> option = OptionTable.find(name);
    if (option.isPresent()) {
      valued(option.get(), value);
    } else if (value == null && name.matches("[0-9]+(-[0-9]+)?")) {
      mistake(
          "unknown option " + name, "a CPU list has ':' between its parts, as in channels=0-3:8");
    } else {
      mistake(
          "unknown option " + shorten(name),
          OptionTable.nearest(shorten(name))
              .map(valid -> "the nearest is " + valid)
              .orElse("see 'ringmount mount --help'"));
    }
  }

  private void valued(Option<?> option, String value) {
    String remedy = "use " + option.type().range();
    if (value == null && !option.type().isSwitch()) {
      mistake(option.name() + " has no value", remedy);
      return;
    }
    try {
      values.put(option, value == null ? "true" : value);
    } catch (InvalidValueException e) {
      mistake(option.name() + "=" + shorten(value) + " " + e.getMessage(), remedy);
    }
  }

  private void mistake(String what, String remedy) {
    mistakes.add(new OptionMistake(what, remedy));
  }

  private static String shorten(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
