package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.ProcessControl;
import io.ringmount.daemon.control.RunDirectory;
import io.ringmount.daemon.control.RunRoot;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The daemon process, as the watchdog starts it. Standard error is the log. */
@Command(name = "serve", hidden = true, description = "The daemon; started by the watchdog.")
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  @Parameters(index = "0", paramLabel = "NAME", description = "Name of the mount, shown by ps.")
  private String name;

  @Parameters(index = "1", paramLabel = "DIRECTORY", description = "Run directory of the mount.")
  private Path directory;

  @Override
  public Integer call() {
    try {
      leaveTerminal();
      new SupervisedDaemon(RunRoot.standard(), RunDirectory.of(directory), name).run();
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CommandFailure.FAILED;
    } catch (Exception | Error e) {
      LOG.error("the daemon of {} failed", name, e);
      return CommandFailure.FAILED;
    }
  }

  private static void leaveTerminal() {
    try {
      ProcessControl.setsid();
    } catch (LinuxException leaderAlready) {
      LOG.debug("stays in its session: {}", leaderAlready.getMessage());
    }
  }
}
