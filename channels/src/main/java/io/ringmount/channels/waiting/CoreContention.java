package io.ringmount.channels.waiting;

/** Tells whether other threads want the processor that a channel's thread runs on. */
@FunctionalInterface
public interface CoreContention {
  /** For where the kernel does not tell: nobody is known to want the core. */
  CoreContention UNKNOWN = () -> false;

  /**
   * Whether others wanted the core since the last call. May make a system call, does not allocate.
   * For one thread.
   */
  boolean wanted();
}
