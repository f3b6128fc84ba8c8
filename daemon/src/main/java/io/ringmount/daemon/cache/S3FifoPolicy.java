package io.ringmount.daemon.cache;

import java.util.function.Predicate;

/**
 * Three queues: what comes in passes through a small one, and stays, in the large one, only if it
 * is used meanwhile or comes again soon after it went (Yang et al., "FIFO Queues Are All You Need
 * for Cache Eviction", SOSP 2023), counted in bytes.
 */
final class S3FifoPolicy implements EvictionPolicy {
  private static final double SMALL_SHARE = 0.1;
  private static final int MOST_USES = 3;

  private final long smallCapacity;
  private final long capacity;
  private final EntryList small = new EntryList();
  private final EntryList large = new EntryList();
  private final Ghosts gone = new Ghosts();

  /**
   * @param capacity of the cache in bytes
   */
  S3FifoPolicy(long capacity) {
    this.capacity = capacity;
    this.smallCapacity = (long) (capacity * SMALL_SHARE);
  }

  @Override
  public void add(Entry entry) {
    entry.uses = Math.min(MOST_USES, entry.uses);
    (gone.remove(entry.key) ? large : small).add(entry);
  }

  @Override
  public void use(Entry entry) {
    entry.uses = Math.min(MOST_USES, entry.uses + 1);
  }

  @Override
  public void remove(Entry entry) {
    if (entry.list == small) {
      gone.add(entry);
      gone.shrink(capacity - smallCapacity);
    }
    entry.list.remove(entry);
  }

  @Override
  public Entry victim(Predicate<Entry> mayGo) {
    if (small.bytes() > smallCapacity || large.isEmpty()) {
      Entry found = smallVictim(mayGo);
      if (found != null) {
        return found;
      }
    }
    Entry found = largeVictim(mayGo);
    return found == null ? small.oldest(mayGo) : found;
  }

  /** The oldest that was not used again; those that were move on. */
  private Entry smallVictim(Predicate<Entry> mayGo) {
    Entry entry;
    while ((entry = small.oldest(mayGo)) != null && entry.uses > 1) {
      entry.uses = 0;
      large.moveHere(entry);
    }
    return entry;
  }

  /** The oldest without uses left; the others give one for another round. */
  private Entry largeVictim(Predicate<Entry> mayGo) {
    Entry entry;
    while ((entry = large.oldest(mayGo)) != null && entry.uses > 0) {
      entry.uses--;
      large.moveHere(entry);
    }
    return entry;
  }
}
