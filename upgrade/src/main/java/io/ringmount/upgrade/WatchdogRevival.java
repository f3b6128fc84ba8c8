package io.ringmount.upgrade;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Finds a watchdog for a daemon that has lost its own. */
final class WatchdogRevival {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final long RETRY_MILLIS = 20;

  private WatchdogRevival() {}

  /**
   * Hands everything back to the watchdog that listens, or to one that is started. When several
   * daemons of a mount do this at a time one watchdog stays, and all get to it.
   */
  static void run(Path path, WatchdogStarter starter, LinkState state) throws IOException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try {
        handBack(connect(path, starter), state);
        return;
      } catch (IOException e) {
        // One that is just dying may still let in, and then say nothing.
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
      }
      pause();
    }
  }

  private static WatchdogPeer connect(Path path, WatchdogStarter starter) throws IOException {
    try {
      return WatchdogPeer.connect(path, Duration.ZERO);
    } catch (IOException nobodyListens) {
      starter.adopt();
      return WatchdogPeer.connect(path, LIMIT);
    }
  }

  private static void handBack(WatchdogPeer peer, LinkState state) throws IOException {
    boolean taken = false;
    try {
      taken = state.handBack(peer);
    } finally {
      if (!taken) {
        peer.close();
      }
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while looking for a watchdog", e);
    }
  }
}
