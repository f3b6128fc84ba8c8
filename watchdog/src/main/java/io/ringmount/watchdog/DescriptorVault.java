package io.ringmount.watchdog;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.upgrade.HeldDescriptors;
import io.ringmount.upgrade.VaultName;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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

  /** What only a daemon that does not serve any more says there is. */
  private final Set<String> unconfirmed = new TreeSet<>();

  DescriptorVault(Mirror mirror) {
    this.mirror = mirror;
  }

  /** Takes over a descriptor, in place of any other of that name. */
  void keep(String name, int descriptor) {
    unconfirmed.remove(name);
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

  /** As {@link #keep}, until {@link #dropUnconfirmed}, unless it is kept anew before. */
  void keepUnconfirmed(String name, int descriptor) {
    keep(name, descriptor);
    unconfirmed.add(name);
  }

  /** One has come who knows all there is. */
  void dropUnconfirmed() {
    for (String name : Set.copyOf(unconfirmed)) {
      drop(name);
    }
  }

  /** Takes over one that the mirror has already. */
  void restore(String name, int descriptor) {
    held.put(name, descriptor);
  }

  /** False when there is none of that name. */
  boolean drop(String name) {
    unconfirmed.remove(name);
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
