package io.ringmount.daemon.cache;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Copies that were in, the newest ones: only their names, and what they took. */
final class Ghosts {
  private final LinkedHashMap<FileKey, Long> bytesByKey = new LinkedHashMap<>();
  private long bytes;

  /** What all of them took together. */
  long bytes() {
    return bytes;
  }

  void add(Entry entry) {
    Long before = bytesByKey.put(entry.key, entry.bytes);
    bytes += entry.bytes - (before == null ? 0 : before);
  }

  /** Forgets one; whether it was known. */
  boolean remove(FileKey key) {
    Long known = bytesByKey.remove(key);
    bytes -= known == null ? 0 : known;
    return known != null;
  }

  /** Forgets the oldest ones until the others took no more than this. */
  void shrink(long most) {
    Iterator<Map.Entry<FileKey, Long>> oldest = bytesByKey.entrySet().iterator();
    while (bytes > most && oldest.hasNext()) {
      bytes -= oldest.next().getValue();
      oldest.remove();
    }
  }
}
