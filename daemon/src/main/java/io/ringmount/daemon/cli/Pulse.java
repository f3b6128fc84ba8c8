package io.ringmount.daemon.cli;

import io.ringmount.channels.FuseMount;
import io.ringmount.upgrade.Beats;
import io.ringmount.upgrade.VaultName;
import io.ringmount.upgrade.WatchdogLink;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Shows the watchdog that this process goes on: its main thread, and each channel's. A channel that
 * waits for requests goes on by that; any other must have made a turn since the last beat. Once the
 * mount is left, only the main thread counts. For the main thread.
 */
final class Pulse {
  /** More than any machine has channels. */
  private static final int MOST_THREADS = 4096;

  private static final long INTERVAL_NANOS = 500_000_000L;

  private final Beats beats;
  private final Beats.Line own;
  private final Map<Integer, Beats.Line> channels = new LinkedHashMap<>();
  private FuseMount mount;
  private long beaten;

  private Pulse(Beats beats) {
    this.beats = beats;
    this.own = beats.line(0);
    own.begin();
  }

  /**
   * Begins with the calling thread.
   *
   * @param limit how long a thread may stand still
   */
  static Pulse start(WatchdogLink link, Duration limit) throws IOException {
    Beats beats = Beats.create(MOST_THREADS, limit);
    link.keep(VaultName.BEATS, beats.fd());
    return new Pulse(beats);
  }

  /** Goes on with the channels too, once they serve. */
  void watch(FuseMount served) {
    mount = served;
    served
        .threadsGoingOn()
        .keySet()
        .forEach(thread -> {
          Beats.Line line = beats.line(channels.size() + 1);
          line.begin(thread);
          channels.put(thread, line);
        });
  }

  /** Beats for all that go on; at least once a second. */
  void beat() {
    own.beat();
    long now = System.nanoTime();
    if (mount == null || now - beaten < INTERVAL_NANOS) {
      return;
    }
    beaten = now;
    mount
        .threadsGoingOn()
        .forEach((thread, goesOn) -> {
          if (goesOn) {
            channels.get(thread).beat();
          }
        });
  }

  /** From now on the channels' threads need not go on: another process serves. */
  void leave() {
    mount = null;
    channels.values().forEach(Beats.Line::end);
  }

  /** From now on this process may take its time: what it waits for ends the mount. */
  void stop() {
    beats.limit(Duration.ZERO);
  }
}
