package io.ringmount.channels;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Custody that is this process itself. */
final class HeldCustody implements Custody, AutoCloseable {
  private final Map<String, Integer> held = new ConcurrentHashMap<>();

  @Override
  public void keep(String name, int descriptor) throws IOException {
    int copy = (int) LinuxException.check(FileOps.dup(descriptor), "dup", name);
    close(held.put(name, copy));
  }

  @Override
  public void drop(String name) {
    close(held.remove(name));
  }

  private static void close(Integer descriptor) {
    if (descriptor != null) {
      FileOps.close(descriptor);
    }
  }

  /** All that is held now; the descriptors stay this object's. */
  Inheritance inheritance() {
    return new Inheritance(held);
  }

  @Override
  public void close() {
    held.keySet().forEach(this::drop);
  }
}
