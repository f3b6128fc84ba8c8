package io.ringmount.channels;

import java.util.concurrent.atomic.AtomicInteger;

/** Lets two threads begin each round of a race at the same moment, as far as that can be done. */
public final class Lockstep {
  private static final int SPINS = 10_000;

  private final AtomicInteger[] rounds = {new AtomicInteger(), new AtomicInteger()};

  /**
   * Returns when the other thread has come to the same round.
   *
   * @param who 0 or 1
   */
  public void next(int who) {
    int round = rounds[who].incrementAndGet();
    for (int spins = 0; rounds[1 - who].get() < round; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        // The other has no processor.
        Thread.yield();
      }
    }
  }
}
