package io.ringmount.bench;

/** Random numbers (xorshift64): cheap, and the same sequence for every subject. */
final class XorShift {
  private long state;

  /**
   * @param seed not 0
   */
  XorShift(long seed) {
    state = seed * 0x9E3779B97F4A7C15L;
  }

  long next() {
    state ^= state << 13;
    state ^= state >>> 7;
    state ^= state << 17;
    return state;
  }

  /** From 0 to {@code bound} - 1. */
  int below(int bound) {
    return (int) ((next() >>> 1) % bound);
  }
}
