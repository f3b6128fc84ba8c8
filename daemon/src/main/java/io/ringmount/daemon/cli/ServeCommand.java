package io.ringmount.daemon.cli;

import com.google.gson.JsonParseException;
import io.ringmount.channels.FuseMount;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.ProcessControl;
import io.ringmount.channels.linux.Syscall;
import io.ringmount.channels.linux.SyscallNumber;
import io.ringmount.daemon.config.InvalidOptionsException;
import io.ringmount.daemon.config.MountSettings;
import io.ringmount.daemon.control.Json;
import io.ringmount.daemon.control.RunRoot;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * The daemon process, as {@code mount} starts it. Standard input has the order, standard output
 * gets the report, standard error is the log.
 */
@Command(name = "serve", hidden = true, description = "The daemon process; started by mount.")
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
  private static final Path NULL = Path.of("/dev/null");
  private static final int STANDARD_INPUT = 0;
  private static final int STANDARD_OUTPUT = 1;

  @Parameters(paramLabel = "NAME", description = "Name of the mount, shown by ps.")
  private String name;

  private boolean reported;

  @Override
  public Integer call() {
    try {
      MountSettings settings = readOrder();
      leaveTerminal();
      RunRoot root = RunRoot.standard();
      new Daemon(settings, root, root.at(settings.mountpoint())).run(this::ready);
      return 0;
    } catch (IOException | CommandFailure | InvalidOptionsException | JsonParseException e) {
      return failed(e, false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(e, true);
    } catch (RuntimeException | Error e) {
      return failed(e, true);
    }
  }

  private static MountSettings readOrder() throws IOException, InvalidOptionsException {
    byte[] bytes = System.in.readNBytes(DaemonMessages.LONGEST);
    String text = new String(bytes, StandardCharsets.UTF_8);
    return Json.parse(text, DaemonMessages.Order.class).settings();
  }

  private static void leaveTerminal() throws IOException {
    try {
      ProcessControl.setsid();
    } catch (LinuxException leaderAlready) {
      LOG.debug("stays in its session: {}", leaderAlready.getMessage());
    }
    redirectToNull(STANDARD_INPUT);
  }

  private void ready(FuseMount mount) throws IOException {
    report(
        new DaemonMessages.Report(
            null, false, mount.connectionId(), mount.transport().label(), mount.transportReason()));
    // The pipe's other end goes away; nothing must be written to it any more.
    redirectToNull(STANDARD_OUTPUT);
  }

  private int failed(Throwable cause, boolean unforeseen) {
    LOG.error("the daemon of {} failed", name, cause);
    String line =
        cause instanceof CommandFailure
            ? cause.getMessage()
            : CommandFailure.oneLine(CommandFailure.describe(cause));
    try {
      if (!reported) {
        report(DaemonMessages.Report.failure(line, unforeseen));
      }
    } catch (IOException nobodyListens) {
      LOG.debug("nobody waits for the report: {}", nobodyListens.getMessage());
    }
    return CommandFailure.FAILED;
  }

  /** Writes around {@code System.out}, which would not say that nobody reads. */
  private void report(DaemonMessages.Report report) throws IOException {
    reported = true;
    byte[] line = (Json.line(report) + "\n").getBytes(StandardCharsets.UTF_8);
    // Not closed: that would close descriptor 1 for good.
    @SuppressWarnings("resource")
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    out.write(line);
  }

  private static void redirectToNull(int descriptor) throws LinuxException {
    int opened = FileOps.open(NULL, FileFlags.O_RDWR);
    try {
      LinuxException.check(
          Syscall.call(SyscallNumber.DUP3, opened, descriptor, 0), "dup3", NULL.toString());
    } finally {
      FileOps.close(opened);
    }
  }
}
