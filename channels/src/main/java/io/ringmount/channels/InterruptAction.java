package io.ringmount.channels;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/** What the request in a slot wants done when its caller no longer waits: once, by any thread. */
final class InterruptAction {
  private static final AtomicReferenceFieldUpdater<InterruptAction, Wanted> WANTED =
      AtomicReferenceFieldUpdater.newUpdater(InterruptAction.class, Wanted.class, "wanted");

  private record Wanted(long unique, Runnable action) {}

  private volatile Wanted wanted;

  /** A new request is in the slot. Whoever has it. */
  void clear() {
    if (wanted != null) {
      wanted = null;
    }
  }

  /** Says what the request {@code unique} wants. Whoever has the slot. */
  void set(long unique, Runnable action) {
    wanted = new Wanted(unique, action);
  }

  /** Does, once, what the request {@code unique} wants. Any thread. */
  void run(long unique) {
    Wanted present = wanted;
    if (present != null && present.unique == unique && WANTED.compareAndSet(this, present, null)) {
      present.action.run();
    }
  }
}
