package io.ringmount.daemon.cache;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.agrona.collections.Object2ObjectHashMap;

/**
 * The copies that take room, complete or not, and how much. They never take more than the cap, nor
 * leave less free than the file system must have. Those that are pinned are not evicted. Methods
 * are for any thread.
 */
final class Index {
  /** What a copy takes beside its data: the map, and what the file system needs for both. */
  private static final long OVERHEAD = 8192;

  private static final long UNIT = 4096;
  private static final int PERCENT = 100;

  private final CacheDirectory directory;
  private final long capacity;
  private final int freePercent;

  /** Has those that may be evicted. */
  private final EvictionPolicy policy;

  private final Map<FileKey, Entry> entries = new Object2ObjectHashMap<>();

  /** What copies of the pinned files take; 0 as long as that is not known. */
  private final Map<FileKey, Long> pins = new HashMap<>();

  private long used;
  private long pinned;
  private long evicted;

  /** Told of all that changes; null when there is none. */
  private Journal journal;

  private boolean journalEnded;

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

  /** Whether a file could have a copy if there were no others but those that are pinned. */
  synchronized boolean fits(FileKey key, long size) {
    return room(size) <= capacity - pinned + pins.getOrDefault(key, 0L);
  }

  /** Notes a copy that is there, and that it is used. */
  synchronized void use(FileKey key, long size) {
    Entry entry = entries.get(key);
    if (entry == null) {
      add(new Entry(key, room(size), now(), 0));
    } else {
      use(entry, now());
      if (journal != null) {
        journal.use(entry);
      }
    }
  }

  private void use(Entry entry, long time) {
    entry.used = time;
    if (!pins.containsKey(entry.key)) {
      policy.use(entry);
    }
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }

  private void add(Entry entry) {
    put(entry);
    if (journal != null) {
      journal.copy(entry);
    }
  }

  private void put(Entry entry) {
    entries.put(entry.key, entry);
    used += entry.bytes;
    if (pins.containsKey(entry.key)) {
      setPin(entry.key, entry.bytes);
    } else {
      policy.add(entry);
    }
  }

  private void setPin(FileKey key, long bytes) {
    Long before = pins.put(key, bytes);
    pinned += bytes - (before == null ? 0 : before);
  }

  /**
   * Notes a copy that was found, unless it is known.
   *
   * @param used when it was used last, seconds since 1970
   */
  synchronized void found(FileKey key, long size, long used) {
    Entry known = entries.get(key);
    if (known == null) {
      add(new Entry(key, room(size), used, 0));
    } else if (known.bytes != room(size)) {
      take(key);
      add(new Entry(key, room(size), known.used, known.uses));
    }
  }

  /** All copies are gone, and what was pinned is forgotten. */
  synchronized void clear() {
    for (Entry each : entries.values()) {
      leavePolicy(each);
    }
    entries.clear();
    pins.clear();
    used = 0;
    pinned = 0;
    journal = null;
  }

  private void leavePolicy(Entry entry) {
    if (!pins.containsKey(entry.key)) {
      policy.remove(entry);
    }
  }

  /** A copy is gone. */
  synchronized void remove(FileKey key) {
    take(key);
    if (journal != null) {
      journal.gone(key);
    }
  }

  private void take(FileKey key) {
    Entry entry = entries.remove(key);
    if (entry != null) {
      used -= entry.bytes;
      leavePolicy(entry);
    }
  }

  // ---- pins ------------------------------------------------------------------------------------

  /** Which files are pinned is not known. */
  synchronized void forgetPins() {
    pins().forEach(this::unpin);
  }

  /** A file was found to be pinned. */
  synchronized void foundPin(FileKey key) {
    if (!pins.containsKey(key)) {
      Entry entry = entries.get(key);
      if (entry != null) {
        policy.remove(entry);
      }
      setPin(key, entry == null ? 0 : entry.bytes);
    }
  }

  /**
   * Has the copy of a file not be evicted from now on.
   *
   * @return whether there is room for it beside the others that are pinned
   */
  synchronized boolean pin(FileKey key, long size) {
    if (!fits(key, size)) {
      return false;
    }
    pinned(key, room(size));
    if (journal != null) {
      journal.pin(key, room(size));
    }
    return true;
  }

  private void pinned(FileKey key, long bytes) {
    foundPin(key);
    setPin(key, bytes);
  }

  /** The copy of a file may be evicted. */
  synchronized void unpin(FileKey key) {
    unpinned(key);
    if (journal != null) {
      journal.unpin(key);
    }
  }

  private void unpinned(FileKey key) {
    Long bytes = pins.remove(key);
    if (bytes != null) {
      pinned -= bytes;
      Entry entry = entries.get(key);
      if (entry != null) {
        policy.add(entry);
      }
    }
  }

  synchronized boolean isPinned(FileKey key) {
    return pins.containsKey(key);
  }

  /** The files that are pinned. */
  synchronized List<FileKey> pins() {
    return new ArrayList<>(pins.keySet());
  }

  // ---- room ------------------------------------------------------------------------------------

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
      take(key); // It is of another size, and will be replaced.
      if (wanted > capacity) {
        return false;
      }
    }
    while (true) {
      Entry victim;
      boolean diskHasRoom = hasFree(wanted);
      synchronized (this) {
        if (diskHasRoom && used + wanted <= capacity) {
          take(key); // Somebody may have found it meanwhile.
          add(new Entry(key, wanted, now(), 0));
          return true;
        }
        victim = takeVictim(mayGo);
      }
      if (victim == null && !diskHasRoom) {
        throw new LinuxException("reserve", directory.toString(), Errno.ENOSPC);
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
      take(victim.key);
    }
    return victim;
  }

  private void evict(Entry victim, Predicate<FileKey> evict) {
    boolean gone = evict.test(victim.key);
    synchronized (this) {
      if (gone) {
        evicted++;
      }
      // Somebody may have made another meanwhile.
      if (!entries.containsKey(victim.key)) {
        if (!gone) {
          add(victim);
        } else if (journal != null) {
          journal.gone(victim.key);
        }
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

  // ---- the journal -----------------------------------------------------------------------------

  /** Puts in what a journal says, before anything else is done. */
  JournalReader restore() {
    return new Restore();
  }

  private final class Restore implements JournalReader {
    @Override
    public void copy(FileKey key, long bytes, long used, int uses) {
      synchronized (Index.this) {
        take(key);
        put(new Entry(key, bytes, used, uses));
      }
    }

    @Override
    public void use(FileKey key, long used) {
      synchronized (Index.this) {
        Entry entry = entries.get(key);
        if (entry != null) {
          Index.this.use(entry, used);
        }
      }
    }

    @Override
    public void gone(FileKey key) {
      synchronized (Index.this) {
        take(key);
      }
    }

    @Override
    public void pin(FileKey key, long bytes) {
      synchronized (Index.this) {
        pinned(key, bytes);
      }
    }

    @Override
    public void unpin(FileKey key) {
      synchronized (Index.this) {
        unpinned(key);
      }
    }
  }

  /**
   * An entry.
   *
   * @param time when it had been used last
   */
  private record Use(Entry entry, long time) {}

  /**
   * Has a journal be told of all that changes from now on, and of the pins that there are.
   *
   * @param next null: nothing is told
   * @return tells it of the copies that there are, those first that were used least recently; asks
   *     now and then whether to go on, and returns whether all was told. Null when there is no
   *     journal, or none is to be any more
   */
  synchronized Predicate<BooleanSupplier> journal(Journal next) {
    if (journalEnded || next == null) {
      journal = null;
      return null;
    }
    journal = next;
    pins.forEach(next::pin);
    List<Use> all = new ArrayList<>(entries.size());
    for (Entry each : entries.values()) {
      all.add(new Use(each, each.used));
    }
    return goesOn -> tell(next, all, goesOn);
  }

  private boolean tell(Journal next, List<Use> all, BooleanSupplier goesOn) {
    all.sort(Comparator.comparingLong(Use::time));
    for (Use each : all) {
      if (!goesOn.getAsBoolean()) {
        return false;
      }
      synchronized (this) {
        // What is gone must not come back.
        if (entries.get(each.entry.key) == each.entry) {
          next.copy(each.entry);
        }
      }
    }
    return goesOn.getAsBoolean() && !next.isBroken();
  }

  /** Tells no journal any more; returns the last one, null when there was none. */
  synchronized Journal endJournal() {
    Journal last = journal;
    journal = null;
    journalEnded = true;
    return last;
  }

  // ---- the whole -------------------------------------------------------------------------------

  /** The copies that are not pinned and have not been used since a time, seconds since 1970. */
  synchronized List<FileKey> unused(long since) {
    return keys(entry -> entry.used < since && !pins.containsKey(entry.key));
  }

  /** All copies. */
  synchronized List<FileKey> keys() {
    return keys(_ -> true);
  }

  private List<FileKey> keys(Predicate<Entry> wanted) {
    List<FileKey> keys = new ArrayList<>();
    for (Entry each : entries.values()) {
      if (wanted.test(each)) {
        keys.add(each.key);
      }
    }
    return keys;
  }

  /** What a copy takes; 0 when there is none. */
  synchronized long bytes(FileKey key) {
    Entry entry = entries.get(key);
    return entry == null ? 0 : entry.bytes;
  }

  /** How much there is. */
  record Totals(int files, long bytes, int pinned, long pinnedBytes, long evicted) {}

  synchronized Totals totals() {
    return new Totals(entries.size(), used, pins.size(), pinned, evicted);
  }
}
