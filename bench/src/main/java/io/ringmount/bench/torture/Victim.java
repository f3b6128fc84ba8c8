package io.ringmount.bench.torture;

/** A process that is signalled. */
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
}
