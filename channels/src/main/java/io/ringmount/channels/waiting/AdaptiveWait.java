package io.ringmount.channels.waiting;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.NanoClock;

/**
 * Polls where that pays, for as long as it pays, and blocks otherwise.
 *
 * <p>When to block is the ski-rental problem: looking rents, a wake-up buys. Four parts decide,
 * each of which can only shorten what the one before allows:
 *
 * <ol>
 *   <li><b>Estimate.</b> {@link WaitTimes} keeps how soon requests came lately and yields the bound
 *       of least cost, 0 when requests come too late or are there already. It learns from polls,
 *       from every wait in the kernel after a poll in vain, and from one in {@value #SAMPLE} of the
 *       others, so it also knows when polling would pay again. A wait in the kernel far shorter
 *       than a wake-up shows a cheap one, such as of a client on the same core: nothing to gain.
 *   <li><b>Experience.</b> {@link PollBalance} adds up what polls gained. A step between two looks
 *       longer than {@value #GAP_NANOS} ns is time that the core gave to somebody else: the poll
 *       ends, its result counts as no gain even if a request is there (the client may be who ran),
 *       and the gap counts {@value #GAP_WEIGHT}-fold as a loss. So the rare interrupt is outweighed
 *       by what polling gains, a client on this core ends polling within some requests, and a busy
 *       neighbour at its first time slice. Suspensions grow from 1 ms to 1 s.
 *   <li><b>Contention.</b> At most every {@value #PROBE_NANOS} ns, and only while it polls, {@link
 *       CoreContention} is asked; others that want the core suspend polling in the same way.
 *   <li><b>Budget.</b> Polling in vain takes from {@link PollBudget}; without tokens it pauses
 *       until half a burst is saved up.
 * </ol>
 *
 * <p>After a bulk request nothing is polled or learned until another one was served: its transfer
 * takes longer than any wake-up. While it does not poll, it reads the clock twice in {@value
 * #SAMPLE} waits.
 */
public final class AdaptiveWait implements WaitStrategy {
  /** The usual maximal bound: above the wake-up of a halted virtual processor, 15 to 50 us. */
  public static final long DEFAULT_MAX_BOUND_NANOS = 50_000;

  /** Candidate bounds, in tenths of the maximal one. */
  private static final int[] TENTHS = {1, 2, 4, 6, 10};

  private static final int SAMPLE = 8;
  private static final long GAP_NANOS = 5_000;
  private static final long GAP_WEIGHT = 4;
  private static final long PROBE_NANOS = 10_000_000;

  /**
   * What polling costs even if a request is there: replies are committed by a call of their own.
   */
  private static final long OVERHEAD_NANOS = 500;

  /** Polling begins when it saves an eighth of the cost and ends when it saves nothing. */
  private static final double BEGIN = 7.0 / 8;

  private static final double GO_ON = 1;
  private static final long RESUME_NANOS = PollBudget.BURST_NANOS / 2;

  private static final VarHandle ACTIVE;

  static {
    try {
      ACTIVE = MethodHandles.lookup().findVarHandle(AdaptiveWait.class, "active", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long wakeUp;
  private final PollBudget budget;
  private final CoreContention contention;
  private final NanoClock clock;
  private final WaitTimes times;
  private final PollBalance balance;

  /** What the estimate and the limits allow, 0 when it does not poll; bulk requests aside. */
  private long bound;

  /** The bound in force now; other threads read it. */
  @SuppressWarnings("FieldMayBeFinal") // written through ACTIVE
  private long active = 0;

  private boolean bulk;

  /** Time the last poll looked in vain; 0 when there was none or it says nothing. */
  private long looked;

  private int untilSample = SAMPLE;
  private boolean timing;
  private long blockedAt;
  private long probeAt;

  /**
   * @param wakeUpNanos cost of waking this channel's blocked thread from another processor, as
   *     {@link WakeUpCost} measures it; at least 1
   * @param maxBoundNanos never poll longer at a time: 10 to half of {@link PollBudget#BURST_NANOS}
   * @param budget the channel's own
   * @throws IllegalArgumentException when a number is outside its range
   */
  public AdaptiveWait(
      long wakeUpNanos,
      long maxBoundNanos,
      PollBudget budget,
      CoreContention contention,
      NanoClock clock) {
    if (wakeUpNanos < 1) {
      throw new IllegalArgumentException("a wake-up costs something, not " + wakeUpNanos + " ns");
    }
    if (maxBoundNanos < 10 || maxBoundNanos > RESUME_NANOS) {
      throw new IllegalArgumentException(
          "maximal bound must be 10 to " + RESUME_NANOS + " ns, is " + maxBoundNanos);
    }
    wakeUp = wakeUpNanos;
    this.budget = budget;
    this.contention = contention;
    this.clock = clock;
    long now = clock.nanoTime();
    long[] bounds = new long[TENTHS.length];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = maxBoundNanos * TENTHS[i] / 10;
    }
    times = new WaitTimes(bounds);
    balance = new PollBalance(now);
    probeAt = now;
  }

  @Override
  public boolean polls() {
    return active > 0;
  }

  @Override
  public boolean poll(Arrivals arrivals) {
    looked = 0;
    boolean arrived = arrivals.arrived();
    if (active == 0) {
      return arrived;
    }
    if (arrived) {
      balance.add(-OVERHEAD_NANOS);
      times.add(0);
      if (balance.overdrawn()) {
        balance.suspend(clock.nanoTime());
        setBound(0);
      } else {
        setBound(estimate(GO_ON));
      }
      return true;
    }
    return pollOn(arrivals);
  }

  /** Looks on, the first look having found nothing. */
  private boolean pollOn(Arrivals arrivals) {
    long start = clock.nanoTime();
    long limit = Math.min(active, budget.available(start));
    long before = start;
    long now = start;
    boolean arrived = false;
    while (!arrived && now - start < limit && now - before <= GAP_NANOS) {
      BusySpinIdleStrategy.INSTANCE.idle();
      arrived = arrivals.arrived();
      before = now;
      now = clock.nanoTime();
    }
    long elapsed = now - start;
    long gap = now - before;
    if (gap > GAP_NANOS) {
      budget.take(before - start);
      balance.add(-(before - start) - GAP_WEIGHT * gap);
    } else if (arrived) {
      balance.add(wakeUp - elapsed - OVERHEAD_NANOS);
      times.add(Math.max(1, elapsed));
    } else {
      budget.take(elapsed);
      balance.add(-elapsed - OVERHEAD_NANOS);
      looked = elapsed;
    }
    settle(now);
    return arrived;
  }

  @Override
  public void blocking() {
    if (!bulk && (looked > 0 || --untilSample <= 0)) {
      untilSample = SAMPLE;
      timing = true;
      blockedAt = clock.nanoTime();
    }
  }

  @Override
  public void unblocked() {
    if (!timing) {
      return;
    }
    timing = false;
    long now = clock.nanoTime();
    times.add(waited(now - blockedAt));
    looked = 0;
    if (bound > 0) {
      settle(now);
    } else if (!balance.suspended(now) && budget.available(now) >= RESUME_NANOS) {
      resume(now);
    }
  }

  /** How long a poll would have looked, had it begun where this wait did. */
  private long waited(long blocked) {
    if (looked == 0 && blocked < wakeUp / 2) {
      return 0;
    }
    return looked + Math.max(1, blocked - wakeUp);
  }

  @Override
  public void served(boolean bulk) {
    looked = 0;
    if (this.bulk != bulk) {
      this.bulk = bulk;
      setBound(bound);
    }
  }

  @Override
  public long boundNanos() {
    return (long) ACTIVE.getOpaque(this);
  }

  /** While polling: whether and how long to go on with it. */
  private void settle(long now) {
    if (balance.overdrawn() || crowded(now)) {
      balance.suspend(now);
      setBound(0);
    } else if (budget.available(now) < bound) {
      setBound(0);
    } else {
      setBound(estimate(GO_ON));
    }
  }

  private void resume(long now) {
    long allowed = estimate(BEGIN);
    if (allowed > 0) {
      crowded(now); // The time without polling says nothing about the time with it.
    }
    setBound(allowed);
  }

  private boolean crowded(long now) {
    if (now - probeAt < 0) {
      return false;
    }
    probeAt = now + PROBE_NANOS;
    return contention.wanted();
  }

  private long estimate(double margin) {
    return times.bestBound(wakeUp, OVERHEAD_NANOS, margin);
  }

  private void setBound(long nanos) {
    bound = nanos;
    ACTIVE.setOpaque(this, bulk ? 0 : nanos);
  }
}
