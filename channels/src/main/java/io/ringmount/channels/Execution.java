package io.ringmount.channels;

/** Where a file system's operations run. */
public enum Execution {
  /** On the channel's thread: for file systems that never block for long. */
  INLINE,

  /**
   * Away from the channel's thread, each on memory of its own: a request that waits for a slow
   * backend holds up no other, and can be given up while it waits.
   */
  DETACHED
}
