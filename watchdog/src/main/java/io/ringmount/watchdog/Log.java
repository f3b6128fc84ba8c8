package io.ringmount.watchdog;

import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;

/** Lines on standard error, the log: of the form the daemon's have, without what loads for long. */
final class Log {
  private Log() {}

  static void info(String line) {
    write("INFO ", line);
  }

  static void warn(String line) {
    write("WARN ", line);
  }

  private static void write(String level, String line) {
    OffsetDateTime now = OffsetDateTime.now().truncatedTo(ChronoUnit.MILLIS);
    System.err.println(now + " " + level + " Watchdog: " + line);
  }
}
