package io.ringmount.channels;

import io.ringmount.channels.wire.Entry;

/**
 * Answers with a run of directory entries.
 *
 * <p>For each one: see that it {@link #fits}, fill {@link #entry}, {@link #add} it. The answer may
 * stop anywhere; the kernel comes back with the cookie of the last entry it got. No entry at all
 * means the end of the directory.
 */
public interface DirectoryReply extends Reply {
  /** Whether entries carry node and attributes (READDIRPLUS) or just name, inode and type. */
  boolean withAttributes();

  /** The most bytes of entries that this reply may hold. */
  int capacity();

  /** Whether one more entry of this name has room. */
  boolean fits(Name name);

  /**
   * The entry to fill, all zero for each entry; {@code attributes().inode()} and the type bits of
   * {@code attributes().mode()} are needed always. With attributes, a node other than 0 gives the
   * kernel one lookup of it; {@code .} and {@code ..} stay at node 0.
   */
  Entry entry();

  /**
   * Appends the entry.
   *
   * @param nextCookie what the kernel sends as offset to continue behind this entry; not 0
   */
  void add(Name name, long nextCookie);
}
