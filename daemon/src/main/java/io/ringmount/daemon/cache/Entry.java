package io.ringmount.daemon.cache;

/** A copy as the {@link Index} knows it. Guarded by the index. */
final class Entry {
  final FileKey key;
  final long bytes;

  /** Where its {@link EvictionPolicy} has it; null when it is pinned. */
  EntryList list;

  Entry newer;
  Entry older;

  /** How often it was used after it came in, as its policy counts. */
  int uses;

  /** When it was used last, seconds since 1970. */
  long used;

  Entry(FileKey key, long bytes, long used, int uses) {
    this.key = key;
    this.bytes = bytes;
    this.used = used;
    this.uses = uses;
  }
}
