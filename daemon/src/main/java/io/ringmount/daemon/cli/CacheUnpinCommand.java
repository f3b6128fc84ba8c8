package io.ringmount.daemon.cli;

import io.ringmount.daemon.control.Json;
import io.ringmount.daemon.control.UnpinReply;
import io.ringmount.daemon.control.UnpinRequest;
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
import picocli.CommandLine.Spec;

/** {@code ringmount cache unpin}. */
@Command(
    name = "unpin",
    description = "Has the copies of files be evicted like others again: those named, or all.")
final class CacheUnpinCommand implements Callable<Integer> {
  @Mixin private CacheFiles files;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure, IOException {
    ServingMount mount = files.mount();
    int count = 0;
    if (files.isEmpty()) {
      count = unpin(mount, List.of());
    } else {
      Deque<String> paths = new ArrayDeque<>(files.find());
      while (!paths.isEmpty()) {
        count += unpin(mount, PathBatches.take(paths));
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? Json.pretty(new UnpinReply(count)) : count + " files unpinned");
    out.flush();
    return 0;
  }

  private static int unpin(ServingMount mount, List<String> paths) throws CommandFailure {
    return mount.ask("answer", daemon -> daemon.unpin(new UnpinRequest(paths))).files();
  }
}
