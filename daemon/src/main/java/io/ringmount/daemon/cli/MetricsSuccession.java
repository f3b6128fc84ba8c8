package io.ringmount.daemon.cli;

import io.ringmount.channels.FuseMount;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.metrics.MetricsHistory;
import io.ringmount.channels.metrics.MetricsReader;
import io.ringmount.upgrade.VaultName;
import io.ringmount.upgrade.WatchdogLink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the counters of a mount go on over its daemons. The file that a daemon counts in, and nobody
 * else, is in custody from when it serves until its successor's file says what it counted, and it
 * has ended. So whenever a daemon ends, {@link MetricsHistory#of} of all that is in custody is what
 * the mount has counted.
 *
 * <p>Whatever is wrong with the files costs what they say, and nothing else. Any thread.
 */
final class MetricsSuccession {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsSuccession.class);

  private final WatchdogLink link;
  private final FuseMount mount;

  /** By generation, those of the daemons before whose files are still in custody. */
  private final SortedMap<Integer, MetricsReader> earlier = new TreeMap<>();

  /** Whether the file of this daemon is in custody, so that theirs need not be. */
  private boolean kept;

  /**
   * @param mount whose channels are added to, once {@link #begin} is called
   */
  MetricsSuccession(WatchdogLink link, FuseMount mount) {
    this.link = link;
    this.mount = mount;
  }

  /**
   * This daemon serves.
   *
   * @param file that it counts in
   * @param predecessorLives whether the one before still counts
   */
  synchronized void begin(Path file, boolean predecessorLives) {
    try {
      keep(file);
      kept = true;
      for (Map.Entry<String, Integer> each : link.duplicates(this::isEarlier).entrySet()) {
        open(each.getKey(), each.getValue());
      }
    } catch (IOException e) {
      LOG.warn("the counters of {} may begin anew: {}", mount.mountpoint(), e.getMessage());
    }
    if (predecessorLives) {
      update();
    } else {
      end();
    }
  }

  private void keep(Path file) throws IOException {
    int descriptor = FileOps.open(file, FileFlags.O_RDONLY);
    try {
      link.keep(VaultName.metrics(link.generation()), descriptor);
    } finally {
      FileOps.close(descriptor);
    }
  }

  private boolean isEarlier(String name) {
    OptionalInt generation = VaultName.metricsGeneration(name);
    return generation.isPresent() && generation.getAsInt() < link.generation();
  }

  private void open(String name, int descriptor) {
    try {
      earlier.put(
          VaultName.metricsGeneration(name).orElseThrow(),
          MetricsReader.open(Path.of("/proc/self/fd/" + descriptor)));
    } catch (IOException e) {
      refused(e);
      link.drop(name);
    } finally {
      FileOps.close(descriptor);
    }
  }

  private void refused(IOException cause) {
    LOG.warn("counters of an earlier daemon are lost: {}", cause.getMessage());
  }

  /** Says what the daemons before have counted until now. */
  synchronized void update() {
    MetricsHistory.of(List.copyOf(earlier.values()), this::refused).ifPresent(mount::follow);
  }

  /** All daemons before have ended: what they have counted does not change any more. */
  synchronized void end() {
    update();
    earlier.forEach((generation, reader) -> {
      if (kept) {
        link.drop(VaultName.metrics(generation));
      }
      close(reader);
    });
    earlier.clear();
  }

  private static void close(MetricsReader reader) {
    try {
      reader.close();
    } catch (IOException e) {
      LOG.debug("closing counters: {}", e.getMessage());
    }
  }
}
