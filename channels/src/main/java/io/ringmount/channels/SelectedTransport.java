package io.ringmount.channels;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A transport that is ready to serve, its memory, and why it was chosen.
 *
 * @param reason in a few words
 * @param session what its channels share
 * @param inFlight how many requests it can hold at once
 */
record SelectedTransport(
    TransportKind kind,
    String reason,
    Transport transport,
    Session session,
    SlotSource slots,
    int inFlight)
    implements AutoCloseable {
  private static final long STOP_MILLIS = 5_000;

  /**
   * Stops the channels and gives their memory back, unless one of them does not end or the file
   * system has not answered all requests. May be called again after it has thrown.
   */
  @Override
  public void close() throws IOException {
    transport.stop();
    try {
      if (!transport.awaitEnd(STOP_MILLIS)) {
        throw new IOException("a channel does not end; its memory and descriptors are kept");
      }
      if (!awaitAnswers()) {
        throw new IOException(
            "the file system does not answer; memory and descriptors of its requests are kept");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the channels were being stopped", e);
    }
    session.close();
    transport.close();
    slots.close();
  }

  /** Waits until no thread will touch a slot any more. */
  private boolean awaitAnswers() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
    while (transport.channels().stream().anyMatch(channel -> channel.inFlight() > 0)) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      Thread.sleep(1);
    }
    return true;
  }
}
