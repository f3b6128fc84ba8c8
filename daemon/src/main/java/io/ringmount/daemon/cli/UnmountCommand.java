package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringmount unmount}. */
@Command(
    name = "unmount",
    description = "Unmounts, and returns when the daemon has ended; also cleans up dead mounts.")
final class UnmountCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MOUNTPOINT", description = "What to unmount.")
  private Path mountpoint;

  @Option(
      names = "--force",
      description = "Also when it is in use or hangs; those who wait for it get an error.")
  private boolean force;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure, IOException {
    if (!Credentials.hasSysAdmin()) {
      throw CommandFailure.reported("unmount needs root: run with sudo");
    }
    RunRoot root = RunRoot.standard();
    MountTable mounts = new MountTable(root, true);
    Path resolved;
    try {
      resolved = MountPaths.resolve(mounts, mountpoint);
    } catch (IOException e) {
      throw new CommandFailure("cannot unmount", mountpoint.toString(), e);
    }
    List<Path> evidence = new Unmounter(root, mounts).unmount(resolved, force);
    if (!evidence.isEmpty()) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(
          "the daemon had died; what it left is kept: "
              + evidence.stream().map(Path::toString).collect(Collectors.joining(", ")));
      out.flush();
    }
    return 0;
  }
}
