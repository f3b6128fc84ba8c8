package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.daemon.config.InvalidOptionsException;
import io.ringmount.daemon.config.MountOptionParser;
import io.ringmount.daemon.config.MountSettings;
import io.ringmount.daemon.config.OptionValues;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringmount mount}. */
@Command(
    name = "mount",
    description = "Mounts a backend directory; returns when the mount answers.")
final class MountCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "BACKEND", description = "The directory to serve.")
  private Path backend;

  @Parameters(index = "1", paramLabel = "MOUNTPOINT", description = "Where to mount it.")
  private Path mountpoint;

  @Option(
      names = "-o",
      paramLabel = "OPT[=VALUE],...",
      description = "Mount options, see below; may be given more than once.")
  private final List<String> options = new ArrayList<>();

  @Option(
      names = "--foreground",
      description = "Serve in this process until it is told to end or the mount is undone.")
  private boolean foreground;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure, IOException, InterruptedException {
    OptionValues values = parse();
    MountChecks.machine();
    RunRoot root = RunRoot.standard();
    MountTable mounts = new MountTable(root, true);
    MountSettings settings = check(values, new MountChecks(mounts));
    if (foreground) {
      serve(settings, root);
      return 0;
    }
    MountedDaemon mounted = new DaemonLauncher(root, mounts).mount(settings);
    spec.commandLine()
        .getOut()
        .printf(
            "%s serves %s (transport %s, process %d)%n",
            settings.mountpoint(), settings.source(), mounted.transport(), mounted.pid());
    return 0;
  }

  private OptionValues parse() throws CommandFailure {
    try {
      return MountOptionParser.parse(options);
    } catch (InvalidOptionsException e) {
      throw wrongOptions(e);
    }
  }

  private MountSettings check(OptionValues values, MountChecks checks)
      throws CommandFailure, IOException, InterruptedException {
    Path source = checks.source(backend);
    MountSettings settings = MountSettings.of(source, checks.mountpoint(mountpoint), values);
    MountChecks.apart(settings.source(), settings.mountpoint());
    try {
      settings.toMountOptions(Cpu.usable());
    } catch (InvalidOptionsException e) {
      throw wrongOptions(e);
    }
    return settings;
  }

  private static CommandFailure wrongOptions(InvalidOptionsException e) {
    return CommandFailure.usage(
        e.mistakes().stream()
            .map(each -> CommandFailure.line(each.what(), "in -o", each.remedy()))
            .toList());
  }

  private static void serve(MountSettings settings, RunRoot root)
      throws CommandFailure, IOException, InterruptedException {
    try {
      new Daemon(settings, root, DaemonLauncher.claim(root, settings))
          .run(mount -> MountProbe.mustAnswer(mount.mountpoint(), mount.connectionId()));
    } catch (InvalidOptionsException e) {
      throw wrongOptions(e);
    } catch (IOException e) {
      throw new CommandFailure("cannot mount", settings.mountpoint().toString(), e);
    }
  }
}
