package io.ringmount.daemon.cache;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this process may make and remove copies, and what keeps it from that. Methods are for any
 * thread.
 */
final class Readiness {
  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

  /** How long nothing is filled after the cache's disk has failed. */
  private static final long TROUBLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private volatile boolean ready;
  private volatile boolean left;

  /** How often what is there was to be looked at again; guarded by this. */
  private long doubts;

  /** Why the cache is not used as it should be; null when it is. */
  private volatile String trouble;

  private volatile long troubleNanos;

  /** Whether this process has the directory's lock and knows what is there. */
  boolean isReady() {
    return ready;
  }

  /** It has, and does, unless that was in doubt since. */
  synchronized void ready(long atDoubts) {
    ready = !left && atDoubts == doubts;
  }

  synchronized long doubts() {
    return doubts;
  }

  /** What is there has to be looked at again. */
  synchronized void unready() {
    doubts++;
    ready = false;
  }

  /** Another process makes and removes copies from now on. */
  synchronized void leave() {
    left = true;
    ready = false;
  }

  boolean hasLeft() {
    return left;
  }

  /** Whether the disk has not failed just now. */
  boolean isSound() {
    return trouble == null || System.nanoTime() - troubleNanos > TROUBLE_NANOS;
  }

  /** The cache cannot be used as it should be. */
  void trouble(String why) {
    if (left) {
      return; // It may not change files any more.
    }
    troubleNanos = System.nanoTime();
    if (trouble == null) {
      LOG.warn("the cache cannot be used: {}; the backend serves", why);
    }
    trouble = why;
  }

  /** It can. */
  void works() {
    trouble = null;
  }

  /** Why the cache is not used as it should be; null when it is. */
  String trouble() {
    return trouble;
  }
}
