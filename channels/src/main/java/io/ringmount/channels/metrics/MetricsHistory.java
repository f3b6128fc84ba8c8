package io.ringmount.channels.metrics;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What processes have counted that served one mount, one after the other. Of requests that a
 * process never answered none is in flight here: whoever came after it has those.
 *
 * @param since when the first of them began
 * @param processes how many of them there were
 * @param counted by all of them
 */
public record MetricsHistory(Instant since, int processes, MetricsSnapshot counted) {
  /**
   * Adds up the files of several processes: what the oldest says of those before it, and what each
   * has counted itself. So what the others say of those before them is not needed and may lag
   * behind.
   *
   * @param files the oldest first; each may still be written to
   * @param refused gets what is wrong with a file, which then counts as if it were not there
   * @return empty when no file can be used
   */
  public static Optional<MetricsHistory> of(
      List<MetricsReader> files, Consumer<IOException> refused) {
    Optional<MetricsHistory> sum = Optional.empty();
    for (MetricsReader file : files) {
      try {
        MetricsHistory before = sum.isPresent() ? sum.get() : file.history();
        sum = Optional.of(before.and(file.own()));
      } catch (IOException e) {
        refused.accept(e);
      }
    }
    return sum;
  }

  private MetricsHistory and(MetricsSnapshot next) {
    return new MetricsHistory(since, processes + 1, counted.plus(next.ended()));
  }
}
