package io.ringmount.channels;

import io.ringmount.channels.metrics.ChannelMetrics;

/**
 * Bounds how many requests of one channel are with the file system: those that move bulk data by a
 * budget of the channel's own, as its slots bound all others, and every request by the budget of
 * the mount, where there is one. A kind of requests, bulk or not, is held when one of them must
 * wait for room.
 *
 * <p>Memory order: the thread says "held", then tries once more; whoever makes room gives it back,
 * then looks at "held". Full fences are between the two steps of either side: the volatile write of
 * a hold before {@link Budget#take} reads the counts, and the atomic addition of {@link
 * Budget#give} before {@link #endHold} reads the holds. So either the try succeeds, or the other
 * side sees that it must wake the channel.
 *
 * <p>Each kind has a hold of its own: with one for both, the thread could say "held" again for one
 * kind right after room was made for the other, and sleep beside a request that may run.
 */
final class Admission {
  private final Budget own;
  private final Budget shared;

  /** Set while a request that moves bulk data waits for room. */
  private volatile boolean bulkHeld;

  /** Set while another request waits for room. */
  private volatile boolean othersHeld;

  /** Since when a request waits for room, by System.nanoTime; 0 when none does. */
  private long heldSince;

  /**
   * @param slots of the channel
   * @param shared the budget of the mount; null when the slots are the bound
   */
  Admission(int slots, Budget shared) {
    this.own = new Budget(slots);
    this.shared = shared;
  }

  /**
   * Takes up room for one more request, or holds its kind. The channel's thread only.
   *
   * @param now by System.nanoTime
   * @param metrics to record how long the channel was held
   */
  boolean admit(boolean bulk, long now, ChannelMetrics metrics) {
    if (take(bulk)) {
      if (heldSince != 0) {
        metrics.blocked(now - heldSince);
        heldSince = 0;
      }
      return true;
    }
    if (heldSince == 0) {
      heldSince = now;
    }
    return holdOrTake(bulk);
  }

  /** Holds the kind unless there is room by now. The channel's thread only. */
  boolean holdOrTake(boolean bulk) {
    hold(bulk, true);
    if (take(bulk)) {
      hold(bulk, false);
      return true;
    }
    return false;
  }

  private void hold(boolean bulk, boolean on) {
    if (bulk) {
      bulkHeld = on;
    } else {
      othersHeld = on;
    }
  }

  /**
   * Takes up room if there is some. Any thread; one that is not the channel's must look at {@link
   * #endHold} when there is none, as what it took for a moment may have kept the channel from it.
   */
  boolean take(boolean bulk) {
    // The slots bound all others.
    if (bulk && !own.take(true)) {
      return false;
    }
    if (shared == null || shared.take(bulk)) {
      return true;
    }
    if (bulk) {
      own.give(true);
    }
    return false;
  }

  /** Counts a request that must not wait for room. */
  void takeBeyond(boolean bulk) {
    if (bulk) {
      own.takeBeyond(true);
    }
    if (shared != null) {
      shared.takeBeyond(bulk);
    }
  }

  /**
   * An admitted request has ended. Any thread, which then looks at {@link #endHold}: of this
   * channel, or of all if room {@linkplain #isShared is shared}.
   */
  void give(boolean bulk) {
    if (bulk) {
      own.give(true);
    }
    if (shared != null) {
      shared.give(bulk);
    }
  }

  /** Whether channels wait for the room that others make. */
  boolean isShared() {
    return shared != null;
  }

  /** Whether requests wait for room, and nobody has made any. */
  boolean isHeld() {
    return bulkHeld || othersHeld;
  }

  /** Whether requests of this kind do. */
  boolean isHeld(boolean bulk) {
    return bulk ? bulkHeld : othersHeld;
  }

  /** The channel is going to try again. Its thread only. */
  void tryAgain() {
    endHold();
  }

  /** Whether the caller must wake the channel, as there may be room again. Any thread. */
  boolean endHold() {
    // Else the thread, on its way to sleep, would not look once more.
    return endHold(false) | endHold(true);
  }

  private boolean endHold(boolean bulk) {
    if (isHeld(bulk)) {
      hold(bulk, false);
      return true;
    }
    return false;
  }
}
