package io.ringmount.daemon.cache;

import java.util.function.Predicate;

/**
 * Adaptive replacement: copies that were used once and copies that were used more often, each with
 * as much room as pays. What is asked for after it went tells which of them should have had more
 * (Megiddo and Modha, "ARC: A Self-Tuning, Low Overhead Replacement Cache", FAST 2003), counted in
 * bytes.
 */
final class ArcPolicy implements EvictionPolicy {
  private final long capacity;
  private final EntryList once = new EntryList();
  private final EntryList often = new EntryList();
  private final Ghosts onceGone = new Ghosts();
  private final Ghosts oftenGone = new Ghosts();

  /** What {@link #once} should take. */
  private long target;

  /**
   * @param capacity of the cache in bytes
   */
  ArcPolicy(long capacity) {
    this.capacity = capacity;
  }

  @Override
  public void add(Entry entry) {
    // One of the two has it, so neither sum is 0 where it is divided by.
    double ratio = (double) oftenGone.bytes() / Math.max(1, onceGone.bytes());
    if (onceGone.remove(entry.key)) {
      target = Math.min(capacity, target + (long) (Math.max(1, ratio) * entry.bytes));
      often.add(entry);
    } else if (oftenGone.remove(entry.key)) {
      target = Math.max(0, target - (long) (Math.max(1, 1 / ratio) * entry.bytes));
      often.add(entry);
    } else {
      (entry.uses > 0 ? often : once).add(entry);
    }
  }

  @Override
  public void use(Entry entry) {
    entry.uses = 1;
    often.moveHere(entry);
  }

  @Override
  public void remove(Entry entry) {
    (entry.list == once ? onceGone : oftenGone).add(entry);
    entry.list.remove(entry);
    onceGone.shrink(Math.max(0, capacity - once.bytes()));
    oftenGone.shrink(Math.max(0, 2 * capacity - once.bytes() - often.bytes() - onceGone.bytes()));
  }

  @Override
  public Entry victim(Predicate<Entry> mayGo) {
    boolean fromOnce = once.bytes() > target || often.isEmpty();
    Entry found = (fromOnce ? once : often).oldest(mayGo);
    return found == null ? (fromOnce ? often : once).oldest(mayGo) : found;
  }
}
