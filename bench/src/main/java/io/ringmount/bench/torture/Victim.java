package io.ringmount.bench.torture;

import java.util.Locale;

/** A process of a mount that an event ends. */
enum Victim {
  DAEMON {
    @Override
    long pid(ServiceState state) {
      return state.daemonPid();
    }
  },
  WATCHDOG {
    @Override
    long pid(ServiceState state) {
      return state.watchdogPid();
    }
  };

  abstract long pid(ServiceState state);

  /** As printed. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
