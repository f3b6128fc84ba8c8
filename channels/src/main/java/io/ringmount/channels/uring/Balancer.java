package io.ringmount.channels.uring;

import io.ringmount.channels.Slot;

/**
 * Shares the load of one channel with those that have nothing to do. A channel whose queue is worth
 * more time than it takes to wake another asks one for help; that one takes requests out of the
 * queue, serves them and commits them through its own ring, as any ring may. The slot then belongs
 * to that ring until its next request has been served, and is brought home when the load is gone.
 *
 * <p>{@link #ask}, {@link #help} and {@link #keeps} are for the channel's thread.
 */
final class Balancer {
  /**
   * Waking a thread on a sleeping processor costs up to 50 us, the data changes its cache, and so
   * does the caller. Two readers of 1 MiB on one processor are faster without help, four with it.
   */
  private static final long WORTH_NANOS = 250_000;

  private final UringChannel channel;
  private final Rings rings;
  private final boolean enabled;

  /** The channel that wants help; set by it, cleared by this one. */
  private volatile UringChannel asking;

  /** Where to look first for one that has nothing to do. */
  private int next;

  Balancer(UringChannel channel, Rings rings, boolean enabled) {
    this.channel = channel;
    this.rings = rings;
    this.enabled = enabled;
  }

  /** Asks a channel that has nothing to do for help, if there is much in the queue. */
  void ask() {
    if (!enabled || channel.backlogNanos() < WORTH_NANOS) {
      return;
    }
    for (int left = rings.channels().size(); left > 0; left--) {
      next = next + 1 < rings.channels().size() ? next + 1 : 0;
      UringChannel other = rings.channels().get(next);
      if (other.isBlocked() && other.balancer().isAskedBy(channel)) {
        other.wake();
        return;
      }
    }
  }

  private boolean isAskedBy(UringChannel other) {
    if (asking != null) {
      return false;
    }
    asking = other;
    return true;
  }

  /** Whether this channel has been asked for help. */
  boolean isAsked() {
    return asking != null;
  }

  /** Serves a request of the channel that asked; false when there is none. */
  boolean help() {
    UringChannel other = asking;
    if (other == null) {
      return false;
    }
    if (channel.takeOver(other)) {
      return true;
    }
    asking = null;
    return false;
  }

  /**
   * Whether the channel commits another's slot through its own ring. One that it took over, it
   * does, as the data is in its processor's cache. One whose request came through its own ring, it
   * keeps only as long as there is more to do than its owner can.
   */
  boolean keeps(Slot slot) {
    return slot.receiver() != channel || slot.home().depth() > 0;
  }
}
