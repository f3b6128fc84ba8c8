package io.ringmount.upgrade;

/**
 * How far a daemon is, in the eyes of its watchdog.
 *
 * <pre>
 *   FIRST   ──serving──►  SERVING  ──Yield──►  YIELDED  ──drained──►  OVER
 *   STANDBY ──TakeOver──►    └─────────ended, failed────────────────►
 * </pre>
 */
enum LinkPhase {
  /** Makes the mount. */
  FIRST,
  /** Loads, or waits for its turn. */
  STANDBY,
  /** The mount depends on it. */
  SERVING,
  /** Works on what it has; the mount depends on it until that is done. */
  YIELDED,
  /** Nothing depends on it. */
  OVER;

  boolean isNeeded() {
    return this == SERVING || this == YIELDED;
  }

  /** What it is to a watchdog that was started anew. */
  Message.Role role() {
    return this == YIELDED ? Message.Role.YIELDED : Message.Role.SERVING;
  }
}
