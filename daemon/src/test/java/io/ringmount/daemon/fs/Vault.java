package io.ringmount.daemon.fs;

import io.ringmount.channels.Custody;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Custody without another process: duplicates of descriptors, by name. */
final class Vault implements Custody, AutoCloseable {
  private final Map<String, Integer> kept = new ConcurrentHashMap<>();
  volatile boolean refuses;

  @Override
  public void keep(String name, int descriptor) throws IOException {
    if (refuses) {
      throw new IOException("the vault is shut");
    }
    int copy = (int) LinuxException.check(FileOps.dup(descriptor), "dup", name);
    Integer before = kept.put(name, copy);
    if (before != null) {
      FileOps.close(before);
    }
  }

  @Override
  public void drop(String name) {
    Integer fd = kept.remove(name);
    if (fd != null) {
      FileOps.close(fd);
    }
  }

  /** The names that are kept. */
  Set<String> names() {
    return new TreeSet<>(kept.keySet());
  }

  /** Whether a descriptor of a node is kept. */
  boolean has(long node) {
    return kept.containsKey(NodeCustody.name(node));
  }

  /** What a successor is given: it owns the descriptors that it takes. */
  Map<String, Integer> inheritance() {
    Map<String, Integer> inherited = new ConcurrentHashMap<>();
    kept.forEach((name, fd) -> inherited.put(name, (int) FileOps.dup(fd)));
    return inherited;
  }

  @Override
  public void close() {
    names().forEach(this::drop);
  }
}
