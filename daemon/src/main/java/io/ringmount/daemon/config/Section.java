package io.ringmount.daemon.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A table of the tuning file. */
public enum Section {
  /** What is mounted where, and what the kernel may remember of it. */
  MOUNT,
  /** How requests are served; {@code [[channels.core]]} is for single CPUs. */
  CHANNELS,
  /** Where copies of files are kept, and how many. */
  CACHE;

  /** As it stands in the file, without its brackets. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Section> find(String label) {
    return Arrays.stream(values()).filter(each -> each.label().equals(label)).findFirst();
  }
}
