package io.ringmount.channels.waiting;

/** What a channel's thread waits for. */
@FunctionalInterface
public interface Arrivals {
  /**
   * Looks once, without blocking: a few nanoseconds on a ring, a system call on a device.
   *
   * @return whether there is something to do
   */
  boolean arrived();
}
