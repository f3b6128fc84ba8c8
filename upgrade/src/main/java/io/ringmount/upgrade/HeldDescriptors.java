package io.ringmount.upgrade;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;

/** Open descriptors by name; owns them. Not thread-safe. */
public final class HeldDescriptors implements AutoCloseable {
  private final Map<String, Integer> held = new TreeMap<>();

  /** Takes over a descriptor, in place of any other of that name, which is closed. */
  public void put(String name, int descriptor) {
    Integer before = held.put(name, descriptor);
    if (before != null) {
      FileOps.close(before);
    }
  }

  /** Closes what has this name; false when nothing has. */
  public boolean remove(String name) {
    Integer before = held.remove(name);
    if (before != null) {
      FileOps.close(before);
    }
    return before != null;
  }

  /** A second descriptor of what has this name, the caller's. */
  public int duplicate(String name) throws LinuxException {
    Integer descriptor = held.get(name);
    if (descriptor == null) {
      throw new IllegalArgumentException("nothing is held as " + name);
    }
    return (int) LinuxException.check(FileOps.dup(descriptor), "dup", name);
  }

  /** As {@link #duplicate}, of all whose names are wanted. */
  public Map<String, Integer> duplicates(Predicate<String> wanted) throws LinuxException {
    Map<String, Integer> duplicates = new TreeMap<>();
    for (String name : held.keySet()) {
      if (wanted.test(name)) {
        duplicates.put(name, duplicate(name));
      }
    }
    return duplicates;
  }

  /** A copy of the list; the descriptors stay with this object. */
  public Map<String, Integer> snapshot() {
    return new TreeMap<>(held);
  }

  /** Calls for each, in the order of the names. */
  public void forEach(ObjIntConsumer<String> action) {
    for (Map.Entry<String, Integer> each : held.entrySet()) {
      action.accept(each.getKey(), each.getValue());
    }
  }

  public int size() {
    return held.size();
  }

  /** Closes all. */
  @Override
  public void close() {
    for (int each : held.values()) {
      FileOps.close(each);
    }
    held.clear();
  }
}
