package io.ringmount.daemon.cache;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A bounded number of direct buffers, made when they are first needed. For any thread. */
final class Buffers {
  private final int size;
  private final AtomicInteger left;
  private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

  /**
   * @param size of each, in bytes
   * @param count the most there are
   */
  Buffers(int size, int count) {
    this.size = size;
    this.left = new AtomicInteger(count);
  }

  /** A buffer to be given back; null when all are in use, or there is no memory. */
  ByteBuffer take() {
    ByteBuffer buffer = free.poll();
    if (buffer == null && left.getAndUpdate(count -> Math.max(0, count - 1)) > 0) {
      try {
        buffer = ByteBuffer.allocateDirect(size);
      } catch (OutOfMemoryError noRoom) {
        left.incrementAndGet();
      }
    }
    return buffer;
  }

  void give(ByteBuffer buffer) {
    free.add(buffer.clear());
  }
}
