package io.ringmount.bench;

import java.io.IOException;

/**
 * What others took of the machine in a span of time: the busy time of all processors, less that of
 * this process and those it started.
 *
 * @param nanos {@link System#nanoTime}
 * @param busy processor time of the machine
 * @param own processor time of this process and those it started
 */
record ForeignLoad(long nanos, long busy, long own) {
  /** Takes the beginning of a span. */
  static ForeignLoad begin() throws IOException {
    return new ForeignLoad(
        System.nanoTime(), ProcessorTime.ofMachine(), ProcessorTime.of(ProcessHandle.current()));
  }

  /** Others' share of the machine since the beginning, 0 to 1. */
  double share() throws IOException {
    return until(begin(), Runtime.getRuntime().availableProcessors());
  }

  /**
   * Others' share between this and {@code end}.
   *
   * @param processors how many the machine has
   */
  double until(ForeignLoad end, int processors) {
    double foreign = (end.busy - busy) - (end.own - own);
    return Math.clamp(foreign / ((double) (end.nanos - nanos) * processors), 0, 1);
  }
}
