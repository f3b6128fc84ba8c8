package io.ringmount.daemon.cache;

/** Is told what a {@link Journal} says, in order. */
interface JournalReader {
  /**
   * A copy takes room.
   *
   * @param bytes that it takes
   * @param used when it was used last, seconds since 1970
   * @param uses how often it was used after it came in
   */
  void copy(FileKey key, long bytes, long used, int uses);

  /**
   * A copy was used.
   *
   * @param used when, seconds since 1970
   */
  void use(FileKey key, long used);

  /** A copy is gone. */
  void gone(FileKey key);

  /**
   * A file is pinned.
   *
   * @param bytes that its copy takes, or will
   */
  void pin(FileKey key, long bytes);

  /** A file is pinned no more. */
  void unpin(FileKey key);
}
