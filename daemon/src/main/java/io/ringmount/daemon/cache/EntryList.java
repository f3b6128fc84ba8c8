package io.ringmount.daemon.cache;

import java.util.function.Predicate;

/** Entries from the newest to the oldest; an entry is in one list at most. */
final class EntryList {
  private Entry newest;
  private Entry oldest;
  private long bytes;

  /** What all of them take together. */
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return newest == null;
  }

  /** Puts an entry that is in no list in front of all others. */
  void add(Entry entry) {
    entry.list = this;
    entry.older = newest;
    if (newest == null) {
      oldest = entry;
    } else {
      newest.newer = entry;
    }
    newest = entry;
    bytes += entry.bytes;
  }

  void remove(Entry entry) {
    if (entry.newer == null) {
      newest = entry.older;
    } else {
      entry.newer.older = entry.older;
    }
    if (entry.older == null) {
      oldest = entry.newer;
    } else {
      entry.older.newer = entry.newer;
    }
    entry.newer = null;
    entry.older = null;
    entry.list = null;
    bytes -= entry.bytes;
  }

  /** Puts an entry of any list in front of all others here. */
  void moveHere(Entry entry) {
    entry.list.remove(entry);
    add(entry);
  }

  /** The oldest one that is wanted; null when there is none. */
  Entry oldest(Predicate<Entry> wanted) {
    Entry entry = oldest;
    while (entry != null && !wanted.test(entry)) {
      entry = entry.newer;
    }
    return entry;
  }
}
