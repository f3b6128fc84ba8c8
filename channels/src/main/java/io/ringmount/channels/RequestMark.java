package io.ringmount.channels;

/**
 * Marks the request in a slot from any thread, by its number. The kernel uses no number twice, so
 * the mark need not be taken away when the slot gets another request.
 */
final class RequestMark {
  private long number;
  private volatile boolean any;

  /** Any thread. */
  void set(long unique) {
    number = unique;
    any = true;
  }

  boolean isOn(long unique) {
    return any && number == unique;
  }
}
