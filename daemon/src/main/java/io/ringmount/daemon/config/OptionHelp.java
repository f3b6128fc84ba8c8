package io.ringmount.daemon.config;

import io.ringmount.daemon.config.Option.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The option table for people. */
public final class OptionHelp {
  private OptionHelp() {}

  /** The mount options, one in two lines, and what else {@code -o} accepts. */
  public static List<String> mountOptions() {
    List<String> lines = new ArrayList<>();
    OptionTable.mountOptions().forEach(option -> lines.addAll(describe(option)));
    lines.add(
        "  Accepted without effect: "
            + String.join(", ", OptionNames.WITHOUT_MEANING.stream().sorted().toList())
            + ", x-*");
    lines.add("  Access times are kept by the backend, as its own mount options say.");
    return lines;
  }

  /** How a tuning file is made from the same options. */
  public static List<String> tuningFile() {
    List<String> lines = new ArrayList<>();
    for (Section section : Section.values()) {
      lines.add(
          "  [%s] has %s"
              .formatted(section.label(), String.join(", ", TuningFile.keys(section).toList())));
    }
    lines.add("  [[%s]] has, for one CPU:".formatted(TuningFile.CORES));
    lines.add(line(TuningFile.CPU, "The number of the CPU; must be given."));
    OptionTable.perCore()
        .forEach(option -> {
          if (option.scope() == Scope.CORE) {
            lines.addAll(describe(option));
          } else {
            lines.add(line(option.name(), "As above, for this CPU alone."));
          }
        });
    lines.add("  What -o, BACKEND and MOUNTPOINT say counts before what the file says.");
    return lines;
  }

  private static List<String> describe(Option<?> option) {
    String unit =
        option.type().unit().isEmpty() ? "" : "; a bare number is " + option.type().unit();
    String perCore = option.scope() == Scope.BOTH ? "; also per core" : "";
    String live = option.isLive() ? "; can change while mounted" : "";
    return List.of(
        line(option.name(), option.sentence()),
        line(
            "",
            option.type().range()
                + " (default "
                + option.defaultText()
                + unit
                + perCore
                + live
                + ")"));
  }

  private static String line(String name, String text) {
    return String.format(Locale.ROOT, "  %-20s%s", name, text);
  }
}
