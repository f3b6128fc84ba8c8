package io.ringmount.daemon.cli;

import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ringmount demo}. */
@Command(
    name = "demo",
    description = "Mounts a sample directory, writes and reads through it, measures and cleans up.")
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure, IOException, InterruptedException {
    MountChecks.machine();
    PrintWriter out = spec.commandLine().getOut();
    Path directory = Files.createTempDirectory("ringmount-demo-").toRealPath();
    RunRoot root = RunRoot.standard();
    Demo demo = new Demo(directory, root, new MountTable(root, true), out);
    Thread onEnd = Thread.ofPlatform().name("demo-clean-up").unstarted(demo::cleanUp);
    Runtime.getRuntime().addShutdownHook(onEnd);
    boolean passed;
    try {
      passed = demo.run();
    } finally {
      demo.cleanUp();
      try {
        Runtime.getRuntime().removeShutdownHook(onEnd);
      } catch (IllegalStateException endingAlready) {
        // Then the hook does what is left to do.
      }
    }
    return passed && !Files.exists(directory) ? 0 : CommandFailure.FAILED;
  }
}
