package io.ringmount.daemon.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What was asked for, each value checked by itself.
 *
 * @param mount for the whole mount
 * @param cores for single CPUs, by number
 */
public record RequestedSettings(OptionValues mount, SortedMap<Integer, OptionValues> cores) {
  /** Nothing is asked for. */
  public static final RequestedSettings NONE = of(new OptionValues());

  public RequestedSettings {
    cores = Collections.unmodifiableSortedMap(new TreeMap<>(cores));
  }

  /** Nothing is asked for single CPUs. */
  public static RequestedSettings of(OptionValues mount) {
    return new RequestedSettings(mount, new TreeMap<>());
  }

  /** These settings, and those of {@code lower} for what is not among them. */
  public RequestedSettings over(RequestedSettings lower) {
    SortedMap<Integer, OptionValues> both = new TreeMap<>(lower.cores);
    both.putAll(cores);
    return new RequestedSettings(mount.over(lower.mount), both);
  }

  public Optional<Path> backend() {
    return mount.get(OptionTable.NFS_BACKEND);
  }

  public Optional<Path> mountpoint() {
    return mount.get(OptionTable.MOUNTPOINT);
  }

  /** Without the directories, for when these are settled. */
  RequestedSettings withoutDirectories() {
    return new RequestedSettings(
        mount.without(OptionTable.NFS_BACKEND).without(OptionTable.MOUNTPOINT), cores);
  }

  /**
   * Checks that the settings fit each other and this machine.
   *
   * @param usable the CPUs of this machine that this process may run on, ascending
   * @return every mistake
   */
  public List<OptionMistake> check(int[] usable) {
    return ChannelPlan.of(this, usable).mistakes();
  }

  /** The texts for single CPUs, by number and name: enough to make the same values again. */
  public Map<Integer, Map<String, String>> coreTexts() {
    return cores.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, core -> core.getValue().texts()));
  }
}
