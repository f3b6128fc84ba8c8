package io.ringmount.channels;

import java.io.IOException;
import java.util.List;

/**
 * A way for requests to travel between the kernel and the channels. Used by one mount: prepared,
 * started after INIT is answered, closed. Methods are for the thread that makes the mount.
 */
public interface Transport extends AutoCloseable {
  /** Takes all resources, on the threads that will use them. On failure, {@link #stop} it. */
  void prepare() throws IOException;

  /** Serves; returns when every queue is ready, so that no request of any CPU has to wait. */
  void start() throws IOException;

  /** Threads that serve, in the order of their CPUs. */
  List<Channel> channels();

  /**
   * Makes channels leave that have not begun to serve, or that can be made to though the connection
   * lives. A thread that reads the device leaves when the connection ends.
   */
  void stop();

  /**
   * Waits until every channel's thread has ended; false when one still runs after {@code millis}.
   */
  boolean awaitEnd(long millis) throws InterruptedException;

  /**
   * Gives back every resource; only when every thread has ended and no request is with the file
   * system any more. Idempotent.
   */
  @Override
  void close();
}
