package io.ringmount.channels;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** The channels of a transport, brought up and down together. */
public final class ChannelGroup {
  private final List<Channel> channels;

  public ChannelGroup(List<? extends Channel> channels) {
    this.channels = List.copyOf(channels);
  }

  public List<Channel> channels() {
    return channels;
  }

  /**
   * Starts every thread; returns when all have their resources, or throws what the first lacked.
   */
  public void prepare() throws IOException {
    for (Channel channel : channels) {
      channel.prepare();
    }
    for (Channel channel : channels) {
      await(channel.opened());
    }
  }

  /** Lets every thread serve; returns when all do. */
  public void start() throws IOException {
    List<CompletableFuture<Void>> ready = channels.stream().map(Channel::serve).toList();
    for (CompletableFuture<Void> one : ready) {
      await(one);
    }
  }

  private static void await(CompletableFuture<Void> future) throws IOException {
    try {
      future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException("a channel failed to start: " + e.getCause(), e.getCause());
    }
  }

  /** Ends the threads that have not begun to serve. */
  public void abandon() {
    channels.forEach(Channel::abandon);
  }

  /** Waits until every thread has ended; false when one still runs after {@code millis}. */
  public boolean awaitEnd(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (Channel channel : channels) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (!channel.awaitEnd(Math.max(0, left))) {
        return false;
      }
    }
    return true;
  }
}
