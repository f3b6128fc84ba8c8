package io.ringmount.daemon.cli;

import io.ringmount.daemon.cache.Verification;
import io.ringmount.daemon.config.Units;
import io.ringmount.daemon.control.Json;
import io.ringmount.daemon.control.VerifyRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringmount cache verify}. */
@Command(
    name = "verify",
    description = {
      "Compares complete copies to their checksums: those of the files named, or all.",
      "Blocks that are damaged are fetched again when the file is next opened. The daemon does the"
          + " same by itself, slowly, every seven days."
    })
final class CacheVerifyCommand implements Callable<Integer> {
  private static final long PAUSE_MILLIS = 200;

  @Mixin private CacheFiles files;

  @Option(names = "--json", description = "Print JSON at the end.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** Of the passes that have ended. */
  private int done;

  private long bytes;
  private long badBlocks;

  /**
   * What came of it.
   *
   * @param files copies that were compared
   * @param bytes of them
   * @param badBlocks those that are to be fetched again
   */
  record Outcome(int files, long bytes, long badBlocks) {}

  @Override
  public Integer call() throws CommandFailure, IOException, InterruptedException {
    ServingMount mount = files.mount();
    try (FileProgress progress = FileProgress.begin()) {
      if (files.isEmpty()) {
        verify(mount, List.of(), progress, 0);
      } else {
        Deque<String> paths = new ArrayDeque<>(files.find());
        int all = paths.size();
        while (!paths.isEmpty()) {
          verify(mount, PathBatches.take(paths), progress, all);
        }
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.pretty(new Outcome(done, bytes, badBlocks)));
    } else {
      out.printf("%d copies, %s: %d blocks damaged%n", done, Units.describeSize(bytes), badBlocks);
    }
    out.flush();
    return 0;
  }

  /**
   * @param all how many files in all, if it is known already; else 0
   */
  private void verify(ServingMount mount, List<String> paths, FileProgress progress, int all)
      throws CommandFailure, InterruptedException {
    Verification state = ask(mount, new VerifyRequest(paths, 0));
    while (state.running()) {
      progress.show(bytes + state.bytes(), done + state.files(), Math.max(all, state.allFiles()));
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      Verification before = state;
      state = ask(mount, new VerifyRequest(paths, state.pass()));
      if (state.pass() != before.pass()) {
        throw CommandFailure.reported(
            "given up: another daemon serves now, or somebody else has asked for a verification");
      }
    }
    done += state.files();
    bytes += state.bytes();
    badBlocks += state.badBlocks();
  }

  private static Verification ask(ServingMount mount, VerifyRequest request) throws CommandFailure {
    return mount.ask("answer", daemon -> daemon.verify(request));
  }
}
