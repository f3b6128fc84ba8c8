package io.ringmount.daemon.control;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Closes a channel when its time is over, which ends whatever waits on it. */
final class Deadline implements Closeable {
  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("control-clock").unstarted(task));

  private final ScheduledFuture<?> end;

  Deadline(Channel channel, Duration limit) {
    end = CLOCK.schedule(() -> close(channel), limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static void close(Channel channel) {
    try {
      channel.close();
    } catch (IOException ignored) {
      // The peer is being dropped in any case.
    }
  }

  @Override
  public void close() {
    end.cancel(false);
  }
}
