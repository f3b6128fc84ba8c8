package io.ringmount.channels;

import io.ringmount.channels.linux.Scheduling;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * A way for requests to travel between the kernel and the channels. Used by one mount: prepared,
 * started after INIT is answered, stopped, closed. Methods are for the thread that makes the mount.
 */
public abstract class Transport implements AutoCloseable {
  /** A channel that leaves waits for reads and writes of local files that the kernel has. */
  private static final int LEAVE_MILLIS = 5_000;

  private final Session session;
  private List<Channel> channels = List.of();

  protected Transport(Session session) {
    this.session = session;
  }

  /** What the channels share. */
  protected final Session session() {
    return session;
  }

  /** Makes the channels, in the order of their CPUs, with the descriptors they need. */
  protected abstract List<? extends Channel> makeChannels() throws IOException;

  /**
   * Takes all resources, those of the channels on their own threads; returns when all have theirs,
   * or throws what the first lacked. On failure, {@link #stop} it.
   */
  public final void prepare() throws IOException {
    channels = List.copyOf(makeChannels());
    session.begin(channels);
    for (Channel channel : channels) {
      channel.prepare();
    }
    for (Channel channel : channels) {
      await(channel.opened());
    }
  }

  /**
   * Says, before {@link #start}, that another process has served until now and serves no more.
   *
   * @param left what it and earlier ones gave into custody, as of now
   * @param predecessorLives it still answers requests that it had begun with
   */
  public abstract void succeed(Inheritance left, boolean predecessorLives) throws IOException;

  /**
   * Whether, after {@link #succeed} and {@link #start}, the kernel brings everything that waits in
   * its queues. Otherwise it does so when the next request is made on each processor.
   */
  public abstract boolean bringsAll();

  /**
   * The process that served before, and still had requests when this one began, is dead.
   *
   * @param left what it and earlier ones gave into custody, as of now
   * @return false when its requests can only be had again by a process that has none yet
   */
  public abstract boolean predecessorEnded(Inheritance left);

  /** Whether {@link #leave} loses no request that comes meanwhile; else only the process's end. */
  public boolean leavesWithoutLoss() {
    return true;
  }

  /**
   * Makes the channels leave so that another process can serve; requests that the file system has
   * still end here. Returns when no request is begun any more; {@link #leave} must follow. The
   * channels are as urgent in it as the calling thread.
   */
  final void quiesce() throws IOException, InterruptedException {
    if (Scheduling.isUrgent()) {
      for (Channel channel : channels) { // No lambda: to link it takes milliseconds.
        Scheduling.makeUrgent(channel.threadId());
      }
    }
    stopServing(LEAVE_MILLIS);
    for (Channel channel : channels) {
      if (!channel.awaitStop(LEAVE_MILLIS)) {
        throw new IOException(channel.name() + " does not stop");
      }
    }
  }

  /**
   * Ends the channels, after {@link #quiesce}; returns when the kernel brings nothing to this
   * process any more, and has every reply that is not still to come.
   */
  final void leave() throws IOException, InterruptedException {
    if (!awaitEnd(LEAVE_MILLIS)) {
      throw new IOException("a channel does not end");
    }
    awaitRelease(LEAVE_MILLIS);
    for (Channel channel : channels) {
      channel.left();
    }
  }

  /**
   * Makes the threads of all channels end though the connection lives.
   *
   * @param millis for how long it may wait for them at most
   */
  protected abstract void stopServing(long millis) throws IOException, InterruptedException;

  /**
   * Returns when the kernel has taken back all that the threads had, which have ended after {@link
   * #stopServing}.
   *
   * @param millis for how long it may wait for each at most
   */
  protected void awaitRelease(int millis) throws IOException {}

  /** Serves; returns when every queue is ready, so that no request of any CPU has to wait. */
  public final void start() throws IOException {
    List<CompletableFuture<Void>> ready = new ArrayList<>();
    for (Channel channel : channels) { // As above.
      ready.add(channel.serve());
    }
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

  /** The channels once they are prepared. */
  public final List<Channel> channels() {
    return channels;
  }

  /**
   * Makes channels leave that have not begun to serve, or that can be made to though the connection
   * lives. A thread that reads the device leaves when the connection ends.
   */
  public void stop() {
    channels.forEach(Channel::abandon);
  }

  /**
   * Waits until every channel's thread has ended; false when one still runs after {@code millis}.
   */
  public final boolean awaitEnd(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (Channel channel : channels) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (!channel.awaitEnd(Math.max(0, left))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Gives back every resource; only when every thread has ended and no request is with the file
   * system any more. Idempotent.
   */
  @Override
  public abstract void close();
}
