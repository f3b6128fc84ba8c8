package io.ringmount.daemon.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which CPUs get a channel: all of them, so many of them, or a list.
 *
 * <p>A list has {@code ,} or {@code :} between its parts. Mount options are separated by commas, so
 * there it must be {@code :}, as in {@code channels=0-3:8}. A number alone is a count; the list of
 * the one CPU 3 is {@code 3-3}.
 */
public sealed interface ChannelSet {
  /** More than any kernel's NR_CPUS: keeps a malformed range from filling memory. */
  int MAX_CPUS = 1 << 16;

  String RANGE = "per-core, a number from 1, or a CPU list such as 0-3:8";

  /** A channel for every CPU that is online. */
  record PerCore() implements ChannelSet {}

  /** A channel for each of the first {@code count} CPUs that are online. */
  record Count(int count) implements ChannelSet {}

  /** A channel for each of these, ascending. */
  record Cpus(List<Integer> cpus) implements ChannelSet {
    public Cpus {
      cpus = List.copyOf(cpus);
    }
  }

  /** Reads {@code per-core}, a count or a list. */
  static ChannelSet parse(String text) throws InvalidValueException {
    if (text.equalsIgnoreCase("per-core")) {
      return new PerCore();
    }
    if (text.matches("[0-9]{1,9}")) {
      int count = Integer.parseInt(text);
      if (count < 1 || count > MAX_CPUS) {
        throw new InvalidValueException(InvalidValueException.OUT_OF_RANGE);
      }
      return new Count(count);
    }
    TreeSet<Integer> cpus = new TreeSet<>();
    for (String part : text.split("[,:]", -1)) {
      String[] ends = part.split("-", -1);
      if (ends.length > 2 || !Arrays.stream(ends).allMatch(end -> end.matches("[0-9]{1,9}"))) {
        throw new InvalidValueException("is not a list of CPUs");
      }
      int first = Integer.parseInt(ends[0]);
      int last = Integer.parseInt(ends[ends.length - 1]);
      if (last < first || last >= MAX_CPUS) {
        throw new InvalidValueException(InvalidValueException.OUT_OF_RANGE);
      }
      IntStream.rangeClosed(first, last).forEach(cpus::add);
    }
    return new Cpus(new ArrayList<>(cpus));
  }

  /**
   * The CPUs by number.
   *
   * @param online the CPUs of this machine, ascending
   * @throws InvalidValueException when this machine has not enough of them
   */
  default List<Integer> resolve(List<Integer> online) throws InvalidValueException {
    return switch (this) {
      case PerCore _ -> online;
      case Count(int count) -> {
        if (count > online.size()) {
          throw new InvalidValueException("is more than the " + online.size() + " CPUs online");
        }
        yield online.subList(0, count);
      }
      case Cpus(List<Integer> cpus) -> {
        String missing =
            cpus.stream()
                .filter(cpu -> !online.contains(cpu))
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
          throw new InvalidValueException("names CPUs that are not online: " + missing);
        }
        yield cpus;
      }
    };
  }
}
