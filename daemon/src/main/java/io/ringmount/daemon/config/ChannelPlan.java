package io.ringmount.daemon.config;

import io.ringmount.channels.BusyPoll;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which CPUs of this machine get a channel, and what differs among them. The option {@code
 * channels} chooses CPUs; those that are not enabled are then left out.
 *
 * @param cpus the CPUs with a channel; empty for all of them
 * @param servers by CPU, the CPU whose channel serves its queue
 * @param slots by CPU, where it differs from the mount's
 * @param busyPolls by CPU, where it differs from the mount's
 * @param mistakes where the settings contradict each other or the machine
 */
record ChannelPlan(
    List<Integer> cpus,
    SortedMap<Integer, Integer> servers,
    SortedMap<Integer, Integer> slots,
    SortedMap<Integer, BusyPoll> busyPolls,
    List<OptionMistake> mistakes) {

  /**
   * @param usable the CPUs of this machine that this process may run on, ascending
   */
  static ChannelPlan of(RequestedSettings settings, int[] usable) {
    return new Planner(settings, Arrays.stream(usable).boxed().toList()).plan();
  }

  private static final class Planner {
    private final OptionValues mount;
    private final Map<Integer, OptionValues> cores;
    private final List<Integer> usable;
    private final List<OptionMistake> mistakes = new ArrayList<>();

    Planner(RequestedSettings settings, List<Integer> usable) {
      this.mount = settings.mount();
      this.cores = settings.cores();
      this.usable = usable;
    }

    ChannelPlan plan() {
      List<Integer> chosen = chosen();
      List<Integer> left = chosen.stream().filter(this::isEnabled).toList();
      if (left.isEmpty()) {
        mistakes.add(
            new OptionMistake(
                firstDisabled(), "no CPU is left with a channel", "enable one of " + join(chosen)));
      }
      SortedMap<Integer, Integer> servers = new TreeMap<>();
      SortedMap<Integer, Integer> slots = new TreeMap<>();
      SortedMap<Integer, BusyPoll> busyPolls = new TreeMap<>();
      cores.forEach((cpu, core) -> {
        check(cpu, core, chosen, left);
        core.get(OptionTable.SERVER).ifPresent(server -> servers.put(cpu, server));
        core.get(OptionTable.SLOTS).ifPresent(count -> slots.put(cpu, count));
        core.given(OptionTable.BUSY_POLL).ifPresent(bound -> busyPolls.put(cpu, bound));
      });
      List<Integer> cpus = left.equals(usable) ? List.of() : left;
      return new ChannelPlan(cpus, servers, slots, busyPolls, List.copyOf(mistakes));
    }

    private List<Integer> chosen() {
      try {
        return mount.get(OptionTable.CHANNELS).resolve(usable);
      } catch (InvalidValueException e) {
        String what = "channels=" + OptionMistake.quote(channelsText()) + " " + e.getMessage();
        mistakes.add(
            new OptionMistake(
                mount.line(OptionTable.CHANNELS), what, "use per-core, or CPUs that are online"));
        return usable;
      }
    }

    private String channelsText() {
      return mount.texts().get(OptionTable.CHANNELS.name());
    }

    private boolean isEnabled(int cpu) {
      OptionValues core = cores.get(cpu);
      return core == null || core.get(OptionTable.ENABLED);
    }

    private int firstDisabled() {
      return cores.values().stream()
          .filter(core -> !core.get(OptionTable.ENABLED))
          .mapToInt(core -> core.line(OptionTable.ENABLED))
          .min()
          .orElse(OptionMistake.NO_LINE);
    }

    private void check(int cpu, OptionValues core, List<Integer> chosen, List<Integer> left) {
      if (!usable.contains(cpu)) {
        mistakes.add(
            new OptionMistake(
                core.line(), "cpu=" + cpu + " is not online here", "use one of " + join(usable)));
        return;
      }
      if (core.given(OptionTable.ENABLED).orElse(false) && !chosen.contains(cpu)) {
        mistakes.add(
            new OptionMistake(
                core.line(OptionTable.ENABLED),
                "enabled=true contradicts channels="
                    + OptionMistake.quote(channelsText())
                    + ", which has no channel for CPU "
                    + cpu,
                "change one of them"));
      }
      if (core.given(OptionTable.BUSY_POLL).isPresent() && !left.contains(cpu)) {
        mistakes.add(
            new OptionMistake(
                core.line(OptionTable.BUSY_POLL),
                "busy_poll has no effect: CPU " + cpu + " has no channel",
                "leave it out, or give the CPU a channel"));
      }
      core.get(OptionTable.SERVER)
          .ifPresent(server -> {
            if (!left.contains(server)) {
              mistakes.add(
                  new OptionMistake(
                      core.line(OptionTable.SERVER),
                      "server=" + server + " is no CPU with a channel",
                      "use one of " + join(left)));
            }
          });
    }

    private static String join(List<Integer> cpus) {
      return cpus.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
  }
}
