package io.ringmount.bench.torture;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One run.
 *
 * @param home of the distribution that mounts
 * @param directory where a working directory is made, on a local disk
 * @param options of the mount, as {@code -o} takes them
 * @param javaFlags of all the mount's processes, beside their own; without spaces
 * @param count of events
 * @param intervalMillis between two, on average
 * @param load what the clients do
 * @param limits of pauses; empty: they are only reported
 */
public record TortureSettings(
    Path home,
    Path directory,
    String options,
    List<String> javaFlags,
    int count,
    long intervalMillis,
    LoadSettings load,
    Optional<PauseLimits> limits) {
  public TortureSettings {
    javaFlags = List.copyOf(javaFlags);
  }

  /** Whether the options say anything of a second daemon that is kept ready. */
  boolean mayHaveStandby() {
    return options.contains("standby");
  }
}
