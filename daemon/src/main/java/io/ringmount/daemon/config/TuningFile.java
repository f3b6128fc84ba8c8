package io.ringmount.daemon.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/**
 * Reads the tuning file, and goes on after a mistake to find them all. It is TOML; a value may be
 * the text that {@code -o} would take, or a number or a truth value that is written alike.
 *
 * <pre>
 * [mount]
 * backend = "/mnt/nfs"
 *
 * [channels]
 * slots = 16
 *
 * [[channels.core]]
 * cpu = 3
 * slots = 32
 * </pre>
 */
public final class TuningFile {
  /** The tables for single CPUs. */
  static final String CORES = "channels.core";

  /** The key that says which CPU such a table is for. */
  static final String CPU = "cpu";

  private static final String CORE_KEY = "core";
  private static final String CPU_RANGE = "use the number of a CPU, from 0";

  private final TomlParseResult file;
  private final List<String> lines;
  private final List<OptionMistake> mistakes;
  private final OptionValues mount = new OptionValues();
  private final SortedMap<Integer, OptionValues> cores = new TreeMap<>();

  /**
   * Lines of table headers that could not be read. The parser counts what follows them to the table
   * before, where it was not meant to be.
   */
  private final NavigableSet<Integer> lostHeaders = new TreeSet<>();

  private TuningFile(String text, List<OptionMistake> mistakes) {
    this.file = Toml.parse(text);
    this.lines = text.lines().toList();
    this.mistakes = mistakes;
    for (TomlParseError error : file.errors()) {
      int line = error.position().line();
      if (isHeader(line)) {
        lostHeaders.add(line);
      }
      String remedy =
          error.getMessage().contains("previously defined")
              ? "leave one of them out"
              : "correct the TOML";
      mistake(line, OptionMistake.quote(error.getMessage()), remedy);
    }
  }

  /**
   * Reads a file's text.
   *
   * @param mistakes gets every one, in the order of the lines
   * @return what could be read
   */
  public static RequestedSettings parse(String text, List<OptionMistake> mistakes) {
    List<OptionMistake> found = new ArrayList<>();
    TuningFile reader = new TuningFile(text, found);
    reader.sections();
    found.stream().sorted(Comparator.comparingInt(OptionMistake::line)).forEach(mistakes::add);
    return new RequestedSettings(reader.mount, reader.cores);
  }

  /** Where an option stands, as people write it. */
  static String place(Option<?> option) {
    return option.scope() == Option.Scope.CORE
        ? "[[" + CORES + "]]"
        : "[" + option.section().label() + "]";
  }

  /** The keys of a section. */
  static Stream<String> keys(Section section) {
    return OptionTable.ALL.stream()
        .filter(option -> option.section() == section && option.scope() != Option.Scope.CORE)
        .map(Option::key);
  }

  private void sections() {
    for (String name : file.keySet()) {
      int line = line(file, name);
      Optional<Section> section = Section.find(name);
      if (section.isEmpty()) {
        unknownSection(name, line);
      } else if (value(file, name) instanceof TomlTable table) {
        section(section.get(), table, line);
      } else {
        mistake(line, name + " is not a section", "write [" + name + "]");
      }
    }
  }

  private void unknownSection(String name, int line) {
    String quoted = OptionMistake.quote(name);
    if (value(file, name) instanceof TomlTable) {
      List<String> valid = Stream.of(Section.values()).map(Section::label).toList();
      mistake(
          line,
          "unknown section [" + quoted + "]",
          OptionNames.nearest(quoted, valid.stream())
              .map(nearest -> "the nearest is [" + nearest + "]")
              .orElse(
                  "the sections are [" + String.join("], [", valid) + "] and [[" + CORES + "]]"));
    } else {
      mistake(line, quoted + " is in no section", elsewhere(name).orElse("remove it"));
    }
  }

  private void section(Section section, TomlTable table, int header) {
    for (String key : table.keySet()) {
      int line = line(table, key);
      Optional<Option<?>> option = OptionTable.find(section, key);
      if (isLost(header, line)) {
        continue;
      }
      if (section == Section.CHANNELS && key.equals(CORE_KEY)) {
        cores(value(table, key), line);
      } else if (option.isPresent()) {
        put(mount, option.get(), key, value(table, key), line);
      } else {
        unknownKey(key, line, keys(section), "[" + section.label() + "]");
      }
    }
  }

  private void cores(Object value, int line) {
    if (!(value instanceof TomlArray tables)) {
      mistake(line, CORES + " is a single table", "write [[" + CORES + "]], once for each CPU");
      return;
    }
    for (int i = 0; i < tables.size(); i++) {
      int header = tables.inputPositionOf(i).line();
      if (tables.get(i) instanceof TomlTable table) {
        core(table, header);
      } else {
        mistake(header, CORES + " has " + kind(tables.get(i)), "write [[" + CORES + "]]");
      }
    }
  }

  private void core(TomlTable table, int header) {
    OptionValues values = new OptionValues(cpuLine(table, header));
    for (String key : table.keySet()) {
      int line = line(table, key);
      if (key.equals(CPU) || isLost(header, line)) {
        continue;
      }
      Optional<Option<?>> option =
          OptionTable.perCore().filter(each -> each.key().equals(key)).findFirst();
      if (option.isPresent()) {
        put(values, option.get(), key, value(table, key), line);
      } else {
        Stream<String> valid =
            Stream.concat(Stream.of(CPU), OptionTable.perCore().map(Option::key));
        unknownKey(key, line, valid, "[[" + CORES + "]]");
      }
    }
    cpu(table, header)
        .ifPresent(cpu -> {
          OptionValues other = cores.putIfAbsent(cpu, values);
          if (other != null) {
            mistake(
                values.line(),
                "cpu=" + cpu + " has a table already, at line " + other.line(),
                "make one of the two");
          }
        });
  }

  private int cpuLine(TomlTable table, int header) {
    return table.keySet().contains(CPU) ? line(table, CPU) : header;
  }

  private Optional<Integer> cpu(TomlTable table, int header) {
    if (!table.keySet().contains(CPU)) {
      if (lostHeaders.higher(header) == null) {
        mistake(header, "[[" + CORES + "]] does not say which CPU", "add cpu = NUMBER");
      }
      return Optional.empty();
    }
    Object value = value(table, CPU);
    if (value instanceof Long number && number >= 0 && number < ChannelSet.MAX_CPUS) {
      return Optional.of(number.intValue());
    }
    String given = text(value).map(OptionMistake::quote).orElse(kind(value));
    mistake(line(table, CPU), "cpu=" + given + " is no CPU", CPU_RANGE);
    return Optional.empty();
  }

  private void put(OptionValues values, Option<?> option, String key, Object value, int line) {
    Optional<String> text = text(value);
    if (text.isEmpty()) {
      mistake(line, key + " is " + kind(value), option.remedy());
      return;
    }
    try {
      values.put(option, text.get(), line);
    } catch (InvalidValueException e) {
      mistakes.add(OptionMistake.of(line, option, key, text.get(), e.getMessage()));
    }
  }

  private void unknownKey(String key, int line, Stream<String> valid, String place) {
    String quoted = OptionMistake.quote(key);
    List<String> keys = valid.toList();
    mistake(
        line,
        "unknown key " + quoted + " in " + place,
        OptionNames.nearest(quoted, keys.stream())
            .map(nearest -> "the nearest is " + nearest)
            .or(() -> elsewhere(key))
            .orElse("the keys are " + String.join(", ", keys)));
  }

  /** What to do about the name of an option that stands in the wrong place. */
  private static Optional<String> elsewhere(String name) {
    return OptionTable.ALL.stream()
        .filter(option -> option.key().equals(name) || option.name().equals(name))
        .findFirst()
        .map(option -> "write it as " + option.key() + " in " + place(option));
  }

  /** Whether what stands at {@code line} was perhaps not meant for the table of {@code header}. */
  private boolean isLost(int header, int line) {
    Integer lost = lostHeaders.higher(header);
    return lost != null && lost < line && !isHeader(line);
  }

  private boolean isHeader(int line) {
    return line <= lines.size() && lines.get(line - 1).stripLeading().startsWith("[");
  }

  private void mistake(int line, String what, String remedy) {
    mistakes.add(new OptionMistake(line, what, remedy));
  }

  private static Object value(TomlTable table, String key) {
    return table.get(List.of(key));
  }

  private static int line(TomlTable table, String key) {
    return table.inputPositionOf(List.of(key)).line();
  }

  /** A value as {@code -o} would have it; empty where that has no form for it. */
  private static Optional<String> text(Object value) {
    return switch (value) {
      case String text -> Optional.of(text);
      case Long number -> Optional.of(number.toString());
      case Boolean truth -> Optional.of(truth.toString());
      case Double number when Double.isFinite(number) ->
          Optional.of(BigDecimal.valueOf(number).toPlainString());
      default -> Optional.empty();
    };
  }

  private static String kind(Object value) {
    return switch (value) {
      case TomlTable _ -> "a table";
      case TomlArray _ -> "a list";
      case Double _ -> "no finite number";
      case String _, Long _, Boolean _ -> "a plain value";
      default -> "a date or a time";
    };
  }
}
