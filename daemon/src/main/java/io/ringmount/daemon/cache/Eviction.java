package io.ringmount.daemon.cache;

/** Which copies go when room is needed. */
public enum Eviction {
  LRU,
  LFU,
  ARC,
  S3FIFO;

  /**
   * @param capacity of the cache in bytes
   */
  EvictionPolicy policy(long capacity) {
    return switch (this) {
      case LRU -> new LruPolicy();
      case LFU -> new LfuPolicy();
      case ARC -> new ArcPolicy(capacity);
      case S3FIFO -> new S3FifoPolicy(capacity);
    };
  }
}
