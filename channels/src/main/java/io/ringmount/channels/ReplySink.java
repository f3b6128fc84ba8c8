package io.ringmount.channels;

/** Where a request came from and its reply goes. */
interface ReplySink {
  /** The reply of {@code slot} is in its exchange and payload. Any thread, once a request. */
  void complete(Slot slot);

  /** Carries a transfer on that would have to wait here. It is told the outcome, by any thread. */
  void submit(FileTransfer transfer);

  /** Gives up the transfer for the request {@code unique} where that can be done. Any thread. */
  default void cancel(FileTransfer transfer, long unique) {
    // A worker's call into the kernel cannot be taken back.
  }

  /**
   * Whether a transfer may first be tried on the calling thread, provided that it does not wait.
   */
  boolean triesAtOnce();
}
