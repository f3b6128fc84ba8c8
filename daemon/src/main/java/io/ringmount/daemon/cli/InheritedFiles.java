package io.ringmount.daemon.cli;

import io.ringmount.channels.Inheritance;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.daemon.fs.MirrorFileSystem;
import io.ringmount.upgrade.WatchdogLink;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The descriptors that earlier daemons gave into custody for the file system. Each is handed over
 * once: whoever removes an entry of {@link #map} owns its descriptor.
 */
final class InheritedFiles {
  private final WatchdogLink link;
  private final Map<String, Integer> map = new ConcurrentHashMap<>();
  private final Set<String> seen = new HashSet<>();

  InheritedFiles(WatchdogLink link) {
    this.link = link;
  }

  /** Takes in what has been given since this was last done. One thread. */
  void update() throws LinuxException {
    Map<String, Integer> fresh =
        link.duplicates(name -> MirrorFileSystem.inherits(name) && !seen.contains(name));
    seen.addAll(fresh.keySet());
    map.putAll(fresh);
  }

  /** Everything that is in custody now; the descriptors are the link's. */
  Inheritance all() {
    return new Inheritance(link.inherited());
  }

  Map<String, Integer> map() {
    return map;
  }
}
