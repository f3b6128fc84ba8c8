package io.ringmount.watchdog;

import java.time.Duration;

/**
 * How long things may take. Each is a system property, in milliseconds, for tests.
 *
 * @param ready from the start of a standby until it is ready
 * @param rest from a standby's being ready until the other is asked to yield: requests that its
 *     start has delayed are answered meanwhile and do not wait twice
 * @param yield from asking a daemon to yield until it has
 * @param serve from telling a standby to take over until it serves
 * @param probation for which a new daemon must live, else the one before is started again
 * @param settled for which a daemon must serve for crashes before it not to count
 * @param dump from a thread dump's start to the end of the process
 * @param look between two looks at a daemon's heartbeat
 */
record Limits(
    Duration ready,
    Duration rest,
    Duration yield,
    Duration serve,
    Duration probation,
    Duration settled,
    Duration dump,
    Duration look) {
  private static final String PREFIX = "ringmount.watchdog.";

  static Limits fromProperties() {
    return new Limits(
        millis("ready", 30_000),
        millis("rest", 20),
        millis("yield", 5_000),
        millis("serve", 10_000),
        millis("probation", 5_000),
        millis("settled", 60_000),
        millis("dump", 500),
        millis("look", 1_000));
  }

  private static Duration millis(String name, int standard) {
    return Duration.ofMillis(Integer.getInteger(PREFIX + name, standard));
  }
}
