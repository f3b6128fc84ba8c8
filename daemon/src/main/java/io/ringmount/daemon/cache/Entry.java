package io.ringmount.daemon.cache;

/** A copy as the {@link Index} knows it. Guarded by the index. */
final class Entry {
  final FileKey key;
  final long bytes;

  /** Where its {@link EvictionPolicy} has it. */
  EntryList list;

  Entry newer;
  Entry older;

  /** How often it was used, as its policy counts. */
  int uses;

  Entry(FileKey key, long bytes) {
    this.key = key;
    this.bytes = bytes;
  }
}
