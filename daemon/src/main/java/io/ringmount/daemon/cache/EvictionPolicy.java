package io.ringmount.daemon.cache;

import java.util.function.Predicate;

/**
 * Decides which copy goes when room is needed. Sizes count: a copy is as much as its bytes. Not
 * thread-safe: the {@link Index} guards it.
 */
interface EvictionPolicy {
  /** A copy has come in, or was in already, with its {@linkplain Entry#uses uses}, earlier. */
  void add(Entry entry);

  /** A copy that is in was used again. */
  void use(Entry entry);

  /** A copy is no longer in. */
  void remove(Entry entry);

  /**
   * The copy to go next.
   *
   * @param mayGo which may
   * @return null when none may
   */
  Entry victim(Predicate<Entry> mayGo);
}
