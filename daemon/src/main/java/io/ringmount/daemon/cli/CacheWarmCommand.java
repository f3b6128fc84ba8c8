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
import picocli.CommandLine.Spec;

/** {@code ringmount cache warm}. */
@Command(
    name = "warm",
    description = {
      "Has files be copied into the cache before anybody reads them: those named, or all.",
      "Returns when all of them are being copied or wait for it; with --wait, when they are there."
    })
final class CacheWarmCommand implements Callable<Integer> {
  @Mixin private CacheFiles files;

  @Option(names = "--wait", description = "Return when all of them are copied.")
  private boolean wait;

  @Option(names = "--json", description = "Print JSON at the end.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure, IOException, InterruptedException {
    Warming.Outcome outcome =
        new Warming(files.mount(), files.find(), false, wait, spec.commandLine().getErr()::println)
            .run();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.pretty(outcome));
    } else {
      out.printf(
          "%d files, %s: %s in the cache, %d files refused%n",
          outcome.files(),
          Units.describeSize(outcome.bytes()),
          Units.describeSize(outcome.cachedBytes()),
          outcome.refused());
    }
    out.flush();
    return outcome.refused() == 0 ? 0 : CommandFailure.FAILED;
  }
}
