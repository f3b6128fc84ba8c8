package io.ringmount.daemon.cli;

import io.ringmount.daemon.cache.CacheStatus;
import io.ringmount.daemon.config.Units;
import io.ringmount.daemon.control.ControlClient;
import io.ringmount.daemon.control.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringmount cache status}. */
@Command(name = "status", description = "Shows what a mount's cache has and does.")
final class CacheStatusCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MOUNTPOINT", description = "The mount.")
  private Path mountpoint;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure, IOException {
    CacheStatus cache = CacheFiles.mount(mountpoint).ask("status", ControlClient::status).cache();
    PrintWriter out = spec.commandLine().getOut();
    (json ? List.of(Json.pretty(cache)) : describe(cache)).forEach(out::println);
    out.flush();
    return 0;
  }

  static List<String> describe(CacheStatus cache) {
    long reads = cache.hits() + cache.misses();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s: %d files, %s of %s, %d being filled"
            .formatted(
                cache.directory(),
                cache.files(),
                Units.describeSize(cache.usedBytes()),
                Units.describeSize(cache.capacityBytes()),
                cache.filling()));
    lines.add(
        "%d of %d reads from copies (%d %%), %d copies made, %d evicted, %d bad"
            .formatted(
                cache.hits(),
                reads,
                reads == 0 ? 0 : Math.round(100.0 * cache.hits() / reads),
                cache.filled(),
                cache.evicted(),
                cache.bad()));
    if (cache.guessed() > 0) {
      lines.add(
          "%d files copied ahead, %d of them opened"
              .formatted(cache.guessed(), cache.guessedRight()));
    }
    if (cache.pinned() > 0) {
      lines.add(
          "%d files pinned, %s".formatted(cache.pinned(), Units.describeSize(cache.pinnedBytes())));
    }
    if (cache.degraded() != null) {
      lines.add("not used as it should be: " + cache.degraded());
    }
    return lines;
  }
}
