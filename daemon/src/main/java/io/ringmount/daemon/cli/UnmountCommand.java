package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
    new Unmounter(root, mounts).unmount(resolved, force);
    return 0;
  }
}
