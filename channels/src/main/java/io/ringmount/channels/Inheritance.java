package io.ringmount.channels;

import java.io.IOException;
import java.util.Map;
import java.util.NavigableMap;
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
   * @param since when that process began to serve, by {@link System#nanoTime}
   */
  public static String deviceSlots(long since) {
    return DEVICE_SLOTS + since;
  }

  /** The memory of slots of all earlier processes that read the device, the first one's first. */
  public NavigableMap<Long, Integer> deviceSlots() {
    NavigableMap<Long, Integer> found = new TreeMap<>();
    descriptors.forEach((name, fd) -> {
      if (name.startsWith(DEVICE_SLOTS)) {
        found.put(Long.valueOf(name.substring(DEVICE_SLOTS.length())), fd);
      }
    });
    return found;
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
