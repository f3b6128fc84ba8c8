package io.ringmount.channels;

import java.util.Arrays;

/**
 * Lets the requests for one node run one after the other, in the order in which their channels took
 * them up, without holding a thread: a request that must wait stands in a line and is resumed by
 * whoever ends the one before it. Requests for different nodes never wait for each other.
 *
 * <p>The lines are linked through the slots; a line's first slot is the request that runs. Locks
 * are held for a few instructions and each covers a part of the nodes.
 */
final class NodeOrder {
  private static final int STRIPES = 256;

  private final Stripe[] stripes = new Stripe[STRIPES];

  /** The lines of some of the nodes. */
  private static final class Stripe {
    /** The running requests, linked by {@code nextInOrder}; those behind each hang on its tail. */
    private Slot[] running = new Slot[4];

    private int count;

    private int find(long node) {
      for (int i = 0; i < count; i++) {
        if (running[i].request().node() == node) {
          return i;
        }
      }
      return -1;
    }

    synchronized boolean enter(Slot slot) {
      slot.nextInOrder = null;
      slot.lastInOrder = slot;
      int found = find(slot.request().node());
      if (found >= 0) {
        Slot first = running[found];
        first.lastInOrder.nextInOrder = slot;
        first.lastInOrder = slot;
        return false;
      }
      if (count == running.length) {
        running = Arrays.copyOf(running, 2 * count);
      }
      running[count++] = slot;
      return true;
    }

    synchronized Slot leave(Slot slot) {
      for (int i = 0; i < count; i++) {
        if (running[i] == slot) {
          Slot next = slot.nextInOrder;
          if (next == null) {
            running[i] = running[--count];
            running[count] = null;
          } else {
            next.lastInOrder = slot.lastInOrder;
            running[i] = next;
          }
          slot.nextInOrder = null;
          return next;
        }
      }
      return null;
    }

    synchronized void replace(Slot slot, Slot by) {
      for (int i = 0; i < count; i++) {
        if (running[i] == slot) {
          by.nextInOrder = slot.nextInOrder;
          by.lastInOrder = slot.lastInOrder == slot ? by : slot.lastInOrder;
          slot.nextInOrder = null;
          running[i] = by;
        }
      }
    }

    synchronized boolean remove(Slot slot, long unique) {
      for (int i = 0; i < count; i++) {
        Slot before = running[i];
        for (Slot each = before.nextInOrder; each != null; each = each.nextInOrder) {
          if (each == slot && each.unique() == unique) {
            before.nextInOrder = each.nextInOrder;
            if (running[i].lastInOrder == each) {
              running[i].lastInOrder = before;
            }
            each.nextInOrder = null;
            return true;
          }
          before = each;
        }
      }
      return false;
    }
  }

  NodeOrder() {
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  /**
   * Whether the request may run now. If not it waits here, and {@link #leave} of another hands it
   * out.
   */
  boolean enter(Slot slot) {
    return stripe(slot).enter(slot);
  }

  /** The request has ended: the one to run next, or null. Nothing if it never entered. */
  Slot leave(Slot slot) {
    return stripe(slot).leave(slot);
  }

  /** Has another slot, for the same node, stand for a request that runs. */
  void replace(Slot slot, Slot by) {
    stripe(slot).replace(slot, by);
  }

  /** Takes a request that waits out of its line, or says that it does not wait here. Any thread. */
  boolean remove(Slot slot, long unique) {
    return stripe(slot).remove(slot, unique);
  }

  private Stripe stripe(Slot slot) {
    long node = slot.request().node();
    return stripes[(int) ((node * 0x9E3779B97F4A7C15L) >>> 56)];
  }
}
