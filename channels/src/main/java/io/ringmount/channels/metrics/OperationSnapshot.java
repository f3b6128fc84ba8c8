package io.ringmount.channels.metrics;

import io.ringmount.channels.wire.Opcode;

/**
 * What was counted of one operation.
 *
 * @param opcode 1 to 63, see {@link Opcode}, or 0 for all other opcodes together
 * @param requests received
 * @param latency from arrival to answer
 * @param queueTime from arrival to the call of the file system
 */
public record OperationSnapshot(
    int opcode, long requests, HistogramSnapshot latency, HistogramSnapshot queueTime) {

  static OperationSnapshot empty(int opcode) {
    return new OperationSnapshot(opcode, 0, HistogramSnapshot.EMPTY, HistogramSnapshot.EMPTY);
  }

  /** The kernel's name without {@code FUSE_}, or {@code OTHER}. */
  public String name() {
    return opcode == 0 ? "OTHER" : Opcode.name(opcode);
  }

  /** Whether no request came and none ended. */
  public boolean isEmpty() {
    return requests == 0 && latency.count() == 0;
  }

  OperationSnapshot plus(OperationSnapshot other) {
    return new OperationSnapshot(
        opcode,
        requests + other.requests,
        latency.plus(other.latency),
        queueTime.plus(other.queueTime));
  }

  OperationSnapshot minus(OperationSnapshot earlier) {
    return new OperationSnapshot(
        opcode,
        Math.max(0, requests - earlier.requests),
        latency.minus(earlier.latency),
        queueTime.minus(earlier.queueTime));
  }
}
