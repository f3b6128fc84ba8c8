package io.ringmount.channels.uring;

import io.ringmount.channels.waiting.CoreContention;
import java.util.concurrent.TimeUnit;

/**
 * Decides when one channel's thread lends its processor: runs as {@code SCHED_IDLE}, so that to the
 * kernel the processor is as good as idle.
 *
 * <p>A reply wakes the caller while the channel's thread still runs. The kernel then takes the
 * processor for busy and sends the caller to an idle one (kernel {@code kernel/sched/fair.c},
 * {@code select_idle_sibling}), which has to be roused first, at every request anew: a single
 * caller gets a third of what it could. A processor that runs {@code SCHED_IDLE} threads only
 * counts as idle there, and the caller stays.
 *
 * <p>The price is that the caller preempts the thread before that has gone to sleep, which must
 * then be switched to once more; and that the thread starves as soon as others want the processor.
 * So it is lent only while callers would move, is taken back when a tick passes without a request
 * or others compete for it, and is taken back for a moment now and then to see whether callers
 * still move.
 *
 * <p>For one thread, which calls {@link #tick} about every {@link #TICK_NANOS}.
 */
final class Lending {
  /** In two ticks a thread that starves is noticed. */
  static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  /** What lending costs a request: being switched to once more, measured. */
  static final long PRICE_NANOS = 600;

  /** Requests in a tick that tell something. */
  static final int ENOUGH = 16;

  /** What lending gains must be so many times its price. */
  private static final int WORTH = 2;

  static final long FIRST_TERM_NANOS = TimeUnit.MILLISECONDS.toNanos(64);
  static final long LONGEST_TERM_NANOS = TimeUnit.MILLISECONDS.toNanos(2048);
  static final long FIRST_SUSPENSION_NANOS = TimeUnit.MILLISECONDS.toNanos(128);
  static final long LONGEST_SUSPENSION_NANOS = TimeUnit.MILLISECONDS.toNanos(16_384);

  /** Suspensions begin to be short again after so many times the last one without another. */
  private static final int GOOD_TIMES = 4;

  private final long moveNanos;
  private final CoreContention contention;
  private long requests;
  private long moves;
  private long tickedAt;
  private boolean lent;
  private long since;
  private long term;

  /** Taken back to see whether callers still move. */
  private boolean trial;

  private long suspendedUntil;
  private long suspension = FIRST_SUSPENSION_NANOS / 2;

  /**
   * @param moveNanos what a move costs the caller: waking another processor
   * @param contention of the channel's thread
   * @param now by {@code System.nanoTime}, as everywhere here
   */
  Lending(long moveNanos, CoreContention contention, long now) {
    this.moveNanos = moveNanos;
    this.contention = contention;
    this.tickedAt = now;
    this.suspendedUntil = now;
  }

  /**
   * Looks at what happened since the last tick.
   *
   * @param allRequests that ever came to the channel
   * @param allMoves requests among them whose caller had come from another processor
   * @return whether to lend from now on
   */
  boolean tick(long now, long allRequests, long allMoves) {
    long came = allRequests - requests;
    long moved = allMoves - moves;
    boolean recent = now - tickedAt <= 2 * TICK_NANOS;
    requests = allRequests;
    moves = allMoves;
    tickedAt = now;
    if (lent) {
      goOn(now, came);
    } else if (recent && pays(came, moved) && now - suspendedUntil >= 0) {
      begin(now);
    } else {
      trial = false;
    }
    return lent;
  }

  private void begin(long now) {
    // What was before says nothing about the time to come.
    contention.wanted();
    term = trial ? Math.min(2 * term, LONGEST_TERM_NANOS) : FIRST_TERM_NANOS;
    lent = true;
    since = now;
  }

  private void goOn(long now, long came) {
    trial = false;
    if (contention.wanted()) {
      suspend(now);
    } else if (came < ENOUGH) {
      lent = false;
    } else if (now - since >= term) {
      lent = false;
      trial = true;
    }
  }

  private boolean pays(long came, long moved) {
    return came >= ENOUGH && moved * moveNanos >= WORTH * came * PRICE_NANOS;
  }

  /** Does not lend for a while. */
  void suspend(long now) {
    boolean wentWell = now - suspendedUntil >= GOOD_TIMES * suspension;
    suspension =
        wentWell ? FIRST_SUSPENSION_NANOS : Math.min(2 * suspension, LONGEST_SUSPENSION_NANOS);
    suspendedUntil = now + suspension;
    lent = false;
  }
}
