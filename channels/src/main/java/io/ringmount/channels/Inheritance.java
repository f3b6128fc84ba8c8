package io.ringmount.channels;

import java.io.IOException;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The descriptors of a mount that another process has served, by the names under which it gave them
 * into {@link Custody}.
 *
 * @param descriptors stay the caller's
 */
public record Inheritance(Map<String, Integer> descriptors) {
  /** Name of the connection's descriptor. */
  public static final String CONNECTION = "fuse";

  /** Name of the {@link Agreement}. */
  public static final String AGREEMENT = "agreement";

  /** Name of the memory of the slots of rings. */
  public static final String SLOTS = "slots";

  private static final String CLONE = "clone-";
  private static final String DEVICE_SLOTS = "slots-";

  /** Nothing. */
  public static final Inheritance NONE = new Inheritance(Map.of());

  public Inheritance {
    descriptors = Map.copyOf(descriptors);
  }

  /** Name of the clone of the connection's descriptor for the channel of a CPU. */
  public static String clone(int cpu) {
    return CLONE + cpu;
  }

  /**
   * Name of the memory of slots that requests are read into from the device, of one process.
   *
   * @param time when that process made it, by {@link System#nanoTime}
   */
  public static String deviceSlots(long time) {
    return DEVICE_SLOTS + time;
  }

  /** The memory of slots of all earlier processes that read the device, by {@link #deviceSlots}. */
  public Map<String, Integer> deviceSlots() {
    Map<String, Integer> found = new TreeMap<>();
    descriptors.forEach((name, fd) -> {
      if (name.startsWith(DEVICE_SLOTS)) {
        found.put(name, fd);
      }
    });
    return found;
  }

  /** The name of the memory of slots of the process that read the device last, if any did. */
  public Optional<String> latestDeviceSlots() {
    return deviceSlots().keySet().stream()
        .max(
            Comparator.comparingLong(
                name -> Long.parseLong(name.substring(DEVICE_SLOTS.length()))));
  }

  /** Whether there is one of this name. */
  public boolean has(String name) {
    return descriptors.containsKey(name);
  }

  /**
   * The descriptor of this name; stays the caller's.
   *
   * @throws IOException when there is none
   */
  public int get(String name) throws IOException {
    Integer fd = descriptors.get(name);
    if (fd == null) {
      throw new IOException("the process that served before left no descriptor '" + name + "'");
    }
    return fd;
  }
}
