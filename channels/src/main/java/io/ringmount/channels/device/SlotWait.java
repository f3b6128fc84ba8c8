package io.ringmount.channels.device;

import java.util.concurrent.locks.LockSupport;

/**
 * The sleep of a thread that has no slot to read a request into, nor anything else to do.
 *
 * <p>Memory order: the thread says "starved", then looks at what others bring; the others bring,
 * then look at "starved". Full fences are between the two steps of either side: the volatile write
 * in {@link #announce}; and whatever ends the bringing, which must be a volatile write or an atomic
 * change of what the thread reads, as the compare-and-set on the producer index of its queues is.
 * So either the thread sees what was brought and does not sleep, or it is seen asleep.
 */
final class SlotWait {
  private volatile boolean starved;

  /**
   * Says that the thread is about to sleep. It must then look, and sleep only if it saw nothing.
   */
  void announce() {
    starved = true;
  }

  /** The thread sleeps no more, or did not sleep after all. */
  void end() {
    starved = false;
  }

  /** Makes {@code thread}, whose sleep this is, look at what the caller has brought. Any thread. */
  void wake(Thread thread) {
    if (starved) {
      LockSupport.unpark(thread);
    }
  }
}
