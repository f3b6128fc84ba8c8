package io.ringmount.bench.torture;

/**
 * A call that took long, in {@link System#nanoTime}.
 *
 * @param begin when it began
 * @param end when it was answered
 * @param name of the call
 */
record SlowCall(long begin, long end, String name) {
  long nanos() {
    return end - begin;
  }

  /** Whether it was under way at some moment between the two. */
  boolean overlaps(long from, long to) {
    return begin < to && from < end;
  }

  /** Whether it waits for the storage below, which no server makes faster. */
  boolean waitsForStorage() {
    return name.equals("fsync");
  }
}
