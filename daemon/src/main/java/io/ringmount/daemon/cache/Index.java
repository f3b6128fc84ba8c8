package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The copies that take room, complete or not, and how much. They never take more than the cap, nor
 * leave less free than the file system must have. Methods are for any thread.
 */
final class Index {
  /** What a copy takes beside its data: the map, and what the file system needs for both. */
  private static final long OVERHEAD = 8192;

  private static final long UNIT = 4096;
  private static final int PERCENT = 100;

  private final CacheDirectory directory;
  private final long capacity;
  private final int freePercent;
  private final EvictionPolicy policy;
  private final Map<FileKey, Entry> entries = new HashMap<>();
  private long used;
  private long evicted;

  Index(CacheDirectory directory, CacheOptions options) {
    this.directory = directory;
    this.capacity = options.capacity();
    this.freePercent = options.freePercent();
    this.policy = options.eviction().policy(options.capacity());
  }

  /** What a copy of a file takes. */
  private static long room(long size) {
    return Math.ceilDiv(size, UNIT) * UNIT + OVERHEAD;
  }

  /** Whether a file could have a copy if there were no others. */
  boolean fits(long size) {
    return room(size) <= capacity;
  }

  /** Notes a copy that is there, and that it is used. */
  synchronized void use(FileKey key, long size) {
    Entry entry = entries.get(key);
    if (entry == null) {
      put(new Entry(key, room(size)));
    } else {
      policy.use(entry);
    }
  }

  private void put(Entry entry) {
    entries.put(entry.key, entry);
    used += entry.bytes;
    policy.add(entry);
  }

  /** Notes a copy that was found, unless it is known. */
  synchronized void found(FileKey key, long size) {
    if (!entries.containsKey(key)) {
      put(new Entry(key, room(size)));
    }
  }

  /** All copies are gone. */
  synchronized void clear() {
    for (Entry each : entries.values()) {
      policy.remove(each);
    }
    entries.clear();
    used = 0;
  }

  /** A copy is gone. */
  synchronized void remove(FileKey key) {
    Entry entry = entries.remove(key);
    if (entry != null) {
      used -= entry.bytes;
      policy.remove(entry);
    }
  }

  /**
   * Makes room for a copy and notes it.
   *
   * @param mayGo whether a copy may be evicted
   * @param evict removes one from the disk; false when it is used by now
   * @return whether there is room
   * @throws LinuxException {@code ENOSPC}: others have taken the room on the disk
   */
  boolean reserve(FileKey key, long size, Predicate<FileKey> mayGo, Predicate<FileKey> evict)
      throws LinuxException {
    long wanted = room(size);
    synchronized (this) {
      Entry known = entries.get(key);
      if (known != null && known.bytes == wanted) {
        return true; // It was begun by an earlier process.
      }
      remove(key); // It is of another size, and will be replaced.
      if (wanted > capacity) {
        return false;
      }
    }
    while (true) {
      Entry victim;
      boolean diskHasRoom = hasFree(wanted);
      synchronized (this) {
        if (diskHasRoom && used + wanted <= capacity) {
          put(new Entry(key, wanted));
          return true;
        }
        victim = takeVictim(mayGo);
      }
      if (victim == null && !diskHasRoom) {
        throw new LinuxException("reserve", directory.path().toString(), Errno.ENOSPC);
      }
      if (victim == null) {
        return false;
      }
      evict(victim, evict);
    }
  }

  private boolean hasFree(long wanted) throws LinuxException {
    CacheDirectory.Room room = directory.room();
    return room.free() - wanted >= room.total() / PERCENT * freePercent;
  }

  private Entry takeVictim(Predicate<FileKey> mayGo) {
    Entry victim = policy.victim(entry -> mayGo.test(entry.key));
    if (victim != null) {
      remove(victim.key);
    }
    return victim;
  }

  private void evict(Entry victim, Predicate<FileKey> evict) {
    boolean gone = evict.test(victim.key);
    synchronized (this) {
      if (gone) {
        evicted++;
      } else if (!entries.containsKey(victim.key)) {
        put(victim);
      }
    }
  }

  /** Evicts until the bounds are kept again, which others who use the disk may have broken. */
  void trim(Predicate<FileKey> mayGo, Predicate<FileKey> evict) throws LinuxException {
    Entry victim;
    do {
      boolean diskHasRoom = hasFree(0);
      synchronized (this) {
        victim = diskHasRoom && used <= capacity ? null : takeVictim(mayGo);
      }
      if (victim != null) {
        evict(victim, evict);
      }
    } while (victim != null);
  }

  synchronized int files() {
    return entries.size();
  }

  synchronized long used() {
    return used;
  }

  synchronized long evicted() {
    return evicted;
  }
}
