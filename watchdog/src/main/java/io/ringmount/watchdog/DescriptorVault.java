package io.ringmount.watchdog;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.upgrade.HeldDescriptors;
import io.ringmount.upgrade.VaultName;
import java.util.Map;

/** Everything that must outlive a daemon, by name; each change is told to a mirror. */
final class DescriptorVault implements AutoCloseable {
  /** Where else the descriptors are kept. */
  interface Mirror {
    /** Nowhere. */
    Mirror NONE =
        new Mirror() {
          @Override
          public void kept(String name, int descriptor) {}

          @Override
          public void dropped(String name) {}
        };

    /** A descriptor came; it stays the vault's. */
    void kept(String name, int descriptor);

    void dropped(String name);
  }

  private final HeldDescriptors held = new HeldDescriptors();
  private final Mirror mirror;

  DescriptorVault(Mirror mirror) {
    this.mirror = mirror;
  }

  /** Takes over a descriptor, in place of any other of that name. */
  void keep(String name, int descriptor) {
    drop(name); // To the mirror another of the same name would be a second one.
    held.put(name, descriptor);
    if (!name.equals(VaultName.MEMORY)) {
      // Else it would last although both processes have ended.
      mirror.kept(name, descriptor);
    }
  }

  /** As {@link #keep}, of a duplicate. */
  void keepDuplicate(String name, int descriptor) throws LinuxException {
    keep(name, (int) LinuxException.check(FileOps.dup(descriptor), "dup", name));
  }

  /** Takes over one that the mirror has already. */
  void restore(String name, int descriptor) {
    held.put(name, descriptor);
  }

  /** False when there is none of that name. */
  boolean drop(String name) {
    boolean had = held.remove(name);
    if (had) {
      mirror.dropped(name);
    }
    return had;
  }

  /** All there is; the descriptors stay the vault's. */
  Map<String, Integer> contents() {
    return held.snapshot();
  }

  /** Drops all. */
  @Override
  public void close() {
    for (String name : held.snapshot().keySet()) {
      drop(name);
    }
  }
}
