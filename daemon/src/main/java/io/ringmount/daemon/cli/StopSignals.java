package io.ringmount.daemon.cli;

import io.ringmount.channels.FuseMount;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** Turns the signals that ask a process to end into a clean unmount. */
final class StopSignals {
  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

  private FuseMount mount;
  private boolean stopped;

  private StopSignals() {}

  /** From now on the signals no longer end the process by themselves. */
  static StopSignals install() {
    StopSignals signals = new StopSignals();
    for (String name : new String[] {"TERM", "INT", "HUP"}) {
      try {
        Signal.handle(new Signal(name), signals::stop);
      } catch (IllegalArgumentException usedByTheVm) {
        LOG.debug("signal {} stays as it is: {}", name, usedByTheVm.getMessage());
      }
    }
    return signals;
  }

  private void stop(Signal signal) {
    LOG.debug("signal {}", signal.getName());
    FuseMount current;
    synchronized (this) {
      stopped = true;
      current = mount;
    }
    if (current != null) {
      close(current);
    }
  }

  /** Whether a signal came. */
  synchronized boolean stopped() {
    return stopped;
  }

  /** What the signals end; at once, when one came already. */
  void end(FuseMount newMount) {
    boolean now;
    synchronized (this) {
      mount = newMount;
      now = stopped;
    }
    if (now) {
      close(newMount);
    }
  }

  private static void close(FuseMount mount) {
    try {
      mount.close();
    } catch (IOException e) {
      LOG.error("cannot unmount {}", mount.mountpoint(), e);
    }
  }
}
