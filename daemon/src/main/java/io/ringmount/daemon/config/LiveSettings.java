package io.ringmount.daemon.config;

import io.ringmount.channels.Tuning;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The settings of a mount that can change while it is mounted. Thread-safe. */
public final class LiveSettings {
  private static final String SEE = "see 'ringmount tune MOUNTPOINT' for what can change";

  /**
   * One setting that was changed.
   *
   * @param from its value before
   * @param to its value now
   */
  public record Change(String setting, String from, String to) {}

  /** Makes a tuning hold. */
  @FunctionalInterface
  public interface Target {
    void tune(Tuning tuning) throws IOException;
  }

  private final Supplier<Tuning> present;
  private final Target target;

  /**
   * @param present tells what holds
   * @param target makes another one hold
   */
  public LiveSettings(Supplier<Tuning> present, Target target) {
    this.present = present;
    this.target = target;
  }

  /** What holds for the whole mount, by name. */
  public Map<String, String> values() {
    Tuning tuning = present.get();
    Map<String, String> values = new LinkedHashMap<>();
    Lever.ALL.forEach(
        lever -> values.put(lever.option().name(), lever.read(tuning, OptionalInt.empty())));
    return values;
  }

  /** What holds for single CPUs instead, by number and name. */
  public SortedMap<Integer, Map<String, String>> coreValues() {
    SortedMap<Integer, Map<String, String>> values = new TreeMap<>();
    present
        .get()
        .busyPollByCpu()
        .forEach((cpu, bound) ->
            values.put(cpu, Map.of(OptionTable.BUSY_POLL.name(), Lever.text(bound))));
    return values;
  }

  /**
   * Changes all of these settings or, when one of them cannot be, none.
   *
   * @param core the CPU to change them for; empty: the whole mount, but for CPUs that have their
   *     own
   * @param cpus those with a channel
   * @param texts by name
   */
  public synchronized List<Change> change(
      OptionalInt core, List<Integer> cpus, Map<String, String> texts)
      throws InvalidOptionsException, IOException {
    List<OptionMistake> mistakes = new ArrayList<>();
    if (core.isPresent() && !cpus.contains(core.getAsInt())) {
      String there = cpus.stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
      mistakes.add(
          new OptionMistake(
              "CPU " + core.getAsInt() + " has no channel", "channels are on " + there));
    }
    Tuning before = present.get();
    Tuning after = before;
    List<Change> changes = new ArrayList<>();
    for (Map.Entry<String, String> each : texts.entrySet()) {
      Optional<Lever> lever = lever(each.getKey(), core, mistakes);
      if (lever.isEmpty()) {
        continue;
      }
      String from = lever.get().read(after, core);
      try {
        after = lever.get().write(after, core, each.getValue());
      } catch (InvalidValueException e) {
        Option<?> option = lever.get().option();
        mistakes.add(
            OptionMistake.of(
                OptionMistake.NO_LINE, option, option.name(), each.getValue(), e.getMessage()));
      }
      changes.add(new Change(each.getKey(), from, lever.get().read(after, core)));
    }
    InvalidOptionsException.throwIfAny(mistakes);
    if (!after.equals(before)) {
      target.tune(after);
    }
    return changes;
  }

  private static Optional<Lever> lever(
      String name, OptionalInt core, List<OptionMistake> mistakes) {
    String quoted = OptionMistake.quote(name);
    Optional<Option<?>> option = OptionTable.find(name);
    if (option.isEmpty()) {
      mistakes.add(
          new OptionMistake(
              "unknown setting " + quoted,
              OptionNames.nearest(quoted, OptionTable.ALL.stream().map(Option::name))
                  .map(nearest -> "the nearest is " + nearest)
                  .orElse(SEE)));
    } else if (!option.get().isLive()) {
      mistakes.add(
          new OptionMistake(
              quoted + " can only change by mounting anew", "unmount, and mount with it"));
    } else if (core.isPresent() && !option.get().isPerCore()) {
      mistakes.add(new OptionMistake(quoted + " cannot differ between cores", "leave out --core"));
    } else {
      return Lever.ALL.stream().filter(each -> each.option().equals(option.get())).findFirst();
    }
    return Optional.empty();
  }
}
