package io.ringmount.channels.waiting;

/**
 * How long requests let the thread wait lately: a histogram that forgets, with one class before
 * each candidate bound. Finds the bound of least expected cost. Channel thread only.
 *
 * <p>With the distribution known, no rule does better than a fixed bound chosen like this (Karlin,
 * Manasse, McGeoch, Owicki: Competitive Randomized Algorithms for Nonuniform Problems, 1990), and a
 * few recent waits tell enough of it (Karlin, Li, Manasse, Owicki: Empirical Studies of Competitive
 * Spinning for a Shared-Memory Multiprocessor, 1991).
 */
final class WaitTimes {
  /** What a new wait counts among those before: about the last 32 matter. */
  private static final double WEIGHT = 1.0 / 32;

  private final long[] bounds;

  /** Of waits: [0] none at all, [i] up to {@code bounds[i - 1]}, the last one longer than all. */
  private final double[] share;

  /**
   * Begins as if nothing came soon.
   *
   * @param boundsNanos the candidates, ascending, positive
   */
  WaitTimes(long... boundsNanos) {
    bounds = boundsNanos.clone();
    share = new double[bounds.length + 2];
    share[bounds.length + 1] = 1;
  }

  /** A request let the thread wait for {@code nanos}; 0 when it was there already. */
  void add(long nanos) {
    int at = 0;
    if (nanos > 0) {
      at = 1;
      while (at <= bounds.length && nanos > bounds[at - 1]) {
        at++;
      }
    }
    for (int i = 0; i < share.length; i++) {
      share[i] -= share[i] * WEIGHT;
    }
    share[at] += WEIGHT;
  }

  /**
   * The candidate of least cost: time spent looking, and a wake-up when that was in vain.
   *
   * @param wakeUpNanos cost of being woken by the kernel
   * @param overheadNanos what polling costs at every wait
   * @param margin what part of the cost of blocking polling may cost at most, 0 to 1
   * @return 0 when blocking at once costs least
   */
  long bestBound(long wakeUpNanos, long overheadNanos, double margin) {
    double later = 1 - share[0];
    double least = later * wakeUpNanos * margin;
    double looked = overheadNanos;
    long best = 0;
    long from = 0;
    for (int i = 0; i < bounds.length; i++) {
      long bound = bounds[i];
      looked += share[i + 1] * ((from + bound) / 2.0);
      later -= share[i + 1];
      double cost = looked + later * (bound + wakeUpNanos);
      if (cost < least) {
        least = cost;
        best = bound;
      }
      from = bound;
    }
    return best;
  }
}
