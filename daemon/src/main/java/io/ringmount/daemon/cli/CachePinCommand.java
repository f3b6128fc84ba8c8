package io.ringmount.daemon.cli;

import io.ringmount.daemon.config.Units;
import io.ringmount.daemon.control.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringmount cache pin}. */
@Command(
    name = "pin",
    description = {
      "Has files be copied into the cache, and their copies stay there until they are unpinned.",
      "A pin is the file's, over all changes of its content and of its name; a file that is put in"
          + " its place is another one."
    })
final class CachePinCommand implements Callable<Integer> {
  @Mixin private CacheFiles files;

  @Option(names = "--wait", description = "Return when all of them are copied.")
  private boolean wait;

  @Option(names = "--json", description = "Print JSON at the end.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure, IOException, InterruptedException {
    if (files.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "no files named; for all of the mount, name . as PATH");
    }
    Warming.Outcome outcome =
        new Warming(files.mount(), files.find(), true, wait, spec.commandLine().getErr()::println)
            .run();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.pretty(outcome));
    } else {
      out.printf(
          "%d files pinned, %s: %s in the cache, %d files refused%n",
          outcome.files() - outcome.refused(),
          Units.describeSize(outcome.bytes()),
          Units.describeSize(outcome.cachedBytes()),
          outcome.refused());
    }
    out.flush();
    return outcome.refused() == 0 ? 0 : CommandFailure.FAILED;
  }
}
