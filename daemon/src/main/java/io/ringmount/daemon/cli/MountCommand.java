package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Cpu;
import io.ringmount.daemon.config.InvalidOptionsException;
import io.ringmount.daemon.config.MountSettings;
import io.ringmount.daemon.config.OptionTable;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringmount mount}. */
@Command(
    name = "mount",
    description = "Mounts a backend directory; returns when the mount answers.")
final class MountCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "BACKEND",
      description = "The directory to serve.")
  private Path backend;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "MOUNTPOINT",
      description = "Where to mount it.")
  private Path mountpoint;

  @Option(
      names = "-o",
      paramLabel = "OPT[=VALUE],...",
      description = "Mount options, see below; may be given more than once.")
  private final List<String> options = new ArrayList<>();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Take from this tuning file, see below, what the command line does not say; BACKEND and"
              + " MOUNTPOINT too, if it says neither.")
  private Path config;

  @Option(
      names = "--foreground",
      description =
          "Serve in this process until it is told to end or the mount is undone; without a"
              + " watchdog, so the mount ends with it.")
  private boolean foreground;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure, IOException, InterruptedException {
    requireArguments();
    MountOrder order = MountOrder.read(backend, mountpoint, options, config, Cpu.usable());
    MountChecks.machine();
    RunRoot root = RunRoot.standard();
    MountTable mounts = new MountTable(root, true);
    MountSettings settings = check(order, new MountChecks(mounts), new DeadMount(root, mounts));
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

  private void requireArguments() {
    boolean bothOrNeither = (backend == null) == (mountpoint == null);
    if (!bothOrNeither || backend == null && config == null) {
      String missing = backend == null ? "BACKEND and MOUNTPOINT" : "MOUNTPOINT";
      throw new ParameterException(spec.commandLine(), missing + " missing");
    }
  }

  private MountSettings check(MountOrder order, MountChecks checks, DeadMount dead)
      throws CommandFailure, InterruptedException {
    Path source = checks.source(order.backend());
    Path target = checks.mountpoint(order.mountpoint());
    dead.remove(target).ifPresent(spec.commandLine().getOut()::println);
    checks.free(target);
    MountChecks.apart(source, target);
    Optional<Path> cache = order.settings().mount().get(OptionTable.CACHE_DIR);
    if (cache.isPresent()) {
      MountChecks.cacheApart(cache.get(), source, target);
    }
    return MountSettings.of(source, target, order.settings());
  }

  private void serve(MountSettings settings, RunRoot root)
      throws CommandFailure, IOException, InterruptedException {
    try {
      new Daemon(settings, root, DaemonLauncher.claim(root, settings))
          .run(mount -> MountProbe.mustAnswer(mount.mountpoint(), mount.connectionId()));
    } catch (InvalidOptionsException e) {
      throw MountOrder.wrong(e.mistakes(), config);
    } catch (IOException e) {
      throw new CommandFailure("cannot mount", settings.mountpoint().toString(), e);
    }
  }
}
