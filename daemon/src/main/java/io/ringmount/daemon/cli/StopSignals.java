package io.ringmount.daemon.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** The signals that ask a process to end, so that it can end in good order. */
final class StopSignals {
  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

  private Runnable action;
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
    Runnable present;
    synchronized (this) {
      stopped = true;
      present = action;
    }
    if (present != null) {
      present.run();
    }
  }

  /** Whether a signal came. */
  synchronized boolean stopped() {
    return stopped;
  }

  /** What a signal does from now on; at once, when one came already. */
  void onStop(Runnable newAction) {
    boolean now;
    synchronized (this) {
      action = newAction;
      now = stopped;
    }
    if (now) {
      newAction.run();
    }
  }
}
