package io.ringmount.daemon.cli;

import io.ringmount.daemon.cache.Cleaned;
import io.ringmount.daemon.config.InvalidValueException;
import io.ringmount.daemon.config.Units;
import io.ringmount.daemon.control.CleanRequest;
import io.ringmount.daemon.control.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringmount cache clean}. */
@Command(
    name = "clean",
    description = {
      "Removes copies from the cache: those of the files named, those that were not used for a"
          + " time, or all; never those of pinned files.",
      "Who has such a file open reads it from the backend then."
    })
final class CacheCleanCommand implements Callable<Integer> {
  @Mixin private CacheFiles files;

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      description = "Remove what was not used for so long, such as 7d or 12h.")
  private String age;

  @Option(names = "--all", description = "Remove all copies.")
  private boolean all;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  private int count;
  private long bytes;
  private int pinned;

  @Override
  public Integer call() throws CommandFailure, IOException {
    int ways = (all ? 1 : 0) + (age == null ? 0 : 1) + (files.isEmpty() ? 0 : 1);
    if (ways != 1) {
      throw new ParameterException(
          spec.commandLine(), "say which copies: --all, --older-than TIME, or PATHs");
    }
    ServingMount mount = files.mount();
    if (files.isEmpty()) {
      clean(mount, new CleanRequest(List.of(), all ? 0 : seconds()));
    } else {
      Deque<String> paths = new ArrayDeque<>(files.find());
      while (!paths.isEmpty()) {
        clean(mount, new CleanRequest(PathBatches.take(paths), 0));
      }
    }
    Cleaned cleaned = new Cleaned(count, bytes, pinned, false);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.pretty(cleaned));
    } else {
      String kept = pinned == 0 ? "" : ", %d pinned ones kept".formatted(pinned);
      out.printf("%d copies removed, %s%s%n", count, Units.describeSize(bytes), kept);
    }
    out.flush();
    return 0;
  }

  private long seconds() {
    try {
      return Math.max(1, Units.duration(age).toSeconds());
    } catch (InvalidValueException e) {
      throw new ParameterException(spec.commandLine(), "--older-than: " + e.getMessage(), e);
    }
  }

  private void clean(ServingMount mount, CleanRequest request) throws CommandFailure {
    Cleaned part;
    int kept;
    do {
      part = mount.ask("answer", daemon -> daemon.clean(request));
      count += part.files();
      bytes += part.bytes();
      kept = part.pinned();
    } while (part.more());
    pinned += kept;
  }
}
