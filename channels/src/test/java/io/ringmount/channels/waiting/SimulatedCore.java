package io.ringmount.channels.waiting;

import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import org.agrona.concurrent.NanoClock;

/**
 * A channel's thread, its processor and its clients in simulated time. Every look takes {@link
 * #LOOK_NANOS}; a neighbour may take the processor away during a look. Counts on its own what the
 * strategies claim.
 */
final class SimulatedCore implements NanoClock {
  static final long LOOK_NANOS = 50;
  static final long SERVE_NANOS = 2_000;

  /** What a wait that begins with a request there takes in the kernel. */
  private static final long CALL_NANOS = 1_000;

  private long now = 1_000_000_007L;
  private LongUnaryOperator neighbour = at -> 0;
  private boolean clientHere;

  int waits;
  int polls;
  int hits;
  int blocks;
  int looks;

  /**
   * Time of polls that found nothing, without what the neighbour took and without the first look,
   * which a wait that does not poll may make as well.
   */
  long vain;

  /** Longest single poll, as {@link #vain}. */
  long longest;

  private long taken;

  @Override
  public long nanoTime() {
    return now;
  }

  void pass(long nanos) {
    now += nanos;
  }

  /** The neighbour takes, at each look, as many ns as {@code taken} says for the present. */
  void neighbour(LongUnaryOperator taken) {
    neighbour = taken;
  }

  /** The client runs on this processor: while the thread looks, it does not. */
  void clientHere(boolean here) {
    clientHere = here;
  }

  void forget() {
    waits = 0;
    polls = 0;
    hits = 0;
    blocks = 0;
    looks = 0;
    vain = 0;
    longest = 0;
  }

  /** Serves requests until {@code end}; the next one comes {@code think} after the last reply. */
  void serveUntil(long end, WaitStrategy strategy, LongSupplier think, long wakeUp) {
    while (now - end < 0) {
      serve(strategy, think.getAsLong(), wakeUp, false);
    }
  }

  void serve(int count, WaitStrategy strategy, LongSupplier think, long wakeUp, boolean bulk) {
    for (int i = 0; i < count; i++) {
      serve(strategy, think.getAsLong(), wakeUp, bulk);
    }
  }

  /** One wait and one request that comes {@code think} ns from now. */
  private void serve(WaitStrategy strategy, long think, long wakeUp, boolean bulk) {
    waits++;
    long[] arrival = {now + think};
    if (!strategy.polls() || !poll(strategy, arrival)) {
      blocks++;
      strategy.blocking();
      now = arrival[0] - now > 0 ? arrival[0] + wakeUp : now + CALL_NANOS;
      strategy.unblocked();
    }
    now += SERVE_NANOS;
    strategy.served(bulk);
  }

  private boolean poll(WaitStrategy strategy, long[] arrival) {
    polls++;
    long start = now;
    taken = 0;
    boolean found =
        strategy.poll(() -> {
          looks++;
          long gap = neighbour.applyAsLong(now);
          taken += gap;
          now += gap + LOOK_NANOS;
          if (clientHere) {
            arrival[0] += LOOK_NANOS;
          }
          return now - arrival[0] >= 0;
        });
    long polled = now - start - taken - LOOK_NANOS;
    longest = Math.max(longest, polled);
    if (found) {
      hits++;
    } else {
      vain += polled;
    }
    return found;
  }
}
