package io.ringmount.channels;

/**
 * Says that a request was interrupted that has arrived and perhaps not been started, so that the
 * channel looks through those that have not.
 *
 * <p>Memory order: a request is noted as interrupted, {@link Slot#interrupted}, before the mark is
 * set; the channel's thread takes the mark away before it looks at its requests. All of these are
 * volatile writes, full fences. So of an interrupt whose mark is taken away the look sees the note,
 * and one that is noted later sets the mark for the next look.
 */
final class InterruptMark {
  private volatile boolean set;

  /** Any thread, which then wakes the channel. */
  void set() {
    set = true;
  }

  boolean isSet() {
    return set;
  }

  /** Takes the mark away; false when there was none. Channel thread only. */
  boolean take() {
    if (set) {
      set = false;
      return true;
    }
    return false;
  }
}
