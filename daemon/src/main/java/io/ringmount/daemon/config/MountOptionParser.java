package io.ringmount.daemon.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads {@code -o name=value,name,…}, and goes on after a mistake to find them all. */
public final class MountOptionParser {
  private final OptionValues values = new OptionValues();
  private final List<OptionMistake> mistakes;

  private MountOptionParser(List<OptionMistake> mistakes) {
    this.mistakes = mistakes;
  }

  /**
   * Reads options as {@code -o} has them.
   *
   * @param lists the text of each {@code -o}; later options override earlier ones
   * @param mistakes gets every one
   */
  public static OptionValues parse(List<String> lists, List<OptionMistake> mistakes) {
    MountOptionParser parser = new MountOptionParser(mistakes);
    for (String list : lists) {
      for (String item : list.split(",", -1)) {
        parser.item(item.strip());
      }
    }
    return parser.values;
  }

  /**
   * Makes settings again from the texts they were made of.
   *
   * @param mount by name
   * @param cores by CPU and name
   */
  public static RequestedSettings parse(
      Map<String, String> mount, Map<Integer, Map<String, String>> cores)
      throws InvalidOptionsException {
    List<OptionMistake> mistakes = new ArrayList<>();
    MountOptionParser parser = new MountOptionParser(mistakes);
    mount.forEach(parser::named);
    SortedMap<Integer, OptionValues> byCpu = new TreeMap<>();
    cores.forEach((cpu, texts) -> {
      MountOptionParser core = new MountOptionParser(mistakes);
      texts.forEach(core::perCore);
      byCpu.put(cpu, core.values);
    });
    InvalidOptionsException.throwIfAny(mistakes);
    return new RequestedSettings(parser.values, byCpu);
  }

  private void item(String item) {
    int equals = item.indexOf('=');
    String name = equals < 0 ? item : item.substring(0, equals);
    if (item.isEmpty() || OptionNames.isWithoutMeaning(name)) {
      return;
    }
    String refusal = OptionNames.REFUSED.get(name);
    if (refusal != null) {
      mistake(name + " " + refusal, "leave it out");
      return;
    }
    String alias = OptionNames.ALIASES.get(name);
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
    if (option.isPresent() && option.get().isMountOption()) {
      valued(option.get(), value);
    } else if (option.isPresent()) {
      mistake(
          name + " is no mount option",
          "it can be set in " + TuningFile.place(option.get()) + " of a tuning file (--config)");
    } else if (value == null && name.matches("[0-9]+(-[0-9]+)?")) {
      mistake(
          "unknown option " + name, "a CPU list has ':' between its parts, as in channels=0-3:8");
    } else {
      mistake(
          "unknown option " + OptionMistake.quote(name),
          OptionNames.nearest(OptionMistake.quote(name))
              .map(valid -> "the nearest is " + valid)
              .orElse("see 'ringmount mount --help'"));
    }
  }

  private void perCore(String name, String value) {
    Optional<Option<?>> option = OptionTable.find(name).filter(Option::isPerCore);
    if (option.isPresent()) {
      valued(option.get(), value);
    } else {
      mistake(OptionMistake.quote(name) + " cannot differ between cores", "leave it out");
    }
  }

  private void valued(Option<?> option, String value) {
    if (value == null && !option.type().isSwitch()) {
      mistake(option.name() + " has no value", option.remedy());
      return;
    }
    try {
      values.put(option, value == null ? "true" : value);
    } catch (InvalidValueException e) {
      mistakes.add(
          OptionMistake.of(OptionMistake.NO_LINE, option, option.name(), value, e.getMessage()));
    }
  }

  private void mistake(String what, String remedy) {
    mistakes.add(new OptionMistake(what, remedy));
  }
}
