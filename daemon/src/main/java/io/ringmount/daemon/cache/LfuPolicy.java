package io.ringmount.daemon.cache;

import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What was used least often goes first, and of those what was used least recently. */
final class LfuPolicy implements EvictionPolicy {
  /** By the number of uses; no list is empty. */
  private final NavigableMap<Integer, EntryList> byUses = new TreeMap<>();

  @Override
  public void add(Entry entry) {
    byUses.computeIfAbsent(entry.uses, _ -> new EntryList()).add(entry);
  }

  @Override
  public void use(Entry entry) {
    remove(entry);
    entry.uses++;
    add(entry);
  }

  @Override
  public void remove(Entry entry) {
    EntryList list = entry.list;
    list.remove(entry);
    if (list.isEmpty()) {
      byUses.remove(entry.uses, list);
    }
  }

  @Override
  public Entry victim(Predicate<Entry> mayGo) {
    for (EntryList list : byUses.values()) {
      Entry found = list.oldest(mayGo);
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
