package io.ringmount.daemon.cache;

import java.util.function.Predicate;

/** What was used least recently goes first. */
final class LruPolicy implements EvictionPolicy {
  private final EntryList entries = new EntryList();

  @Override
  public void add(Entry entry) {
    entries.add(entry);
  }

  @Override
  public void use(Entry entry) {
    entries.moveHere(entry);
  }

  @Override
  public void remove(Entry entry) {
    entries.remove(entry);
  }

  @Override
  public Entry victim(Predicate<Entry> mayGo) {
    return entries.oldest(mayGo);
  }
}
