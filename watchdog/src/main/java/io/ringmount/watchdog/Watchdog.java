package io.ringmount.watchdog;

import io.ringmount.channels.linux.EventFd;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Poll;
import io.ringmount.channels.linux.ProcessControl;
import io.ringmount.channels.linux.Rlimit;
import io.ringmount.channels.linux.Scheduling;
import io.ringmount.channels.linux.SharedMemory;
import io.ringmount.channels.linux.UnixSocket;
import io.ringmount.upgrade.OrderMemory;
import io.ringmount.upgrade.VaultName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import sun.misc.Signal;

/**
 * The process of a mount that outlives every daemon. Standard input has the order of the mount,
 * standard output gets the first daemon's report, standard error is the log.
 */
public final class Watchdog {
  private static final int FAILED = 1;
  private static final int WRONG_USE = 2;

  /** Another watchdog of the mount runs, so there is nothing to do. */
  private static final int NOT_NEEDED = 3;

  private static final int BACKLOG = 16;
  private static final int STANDARD_INPUT = 0;

  private final Arguments arguments;
  private final Limits limits = Limits.fromProperties();
  private final EventLoop loop = new EventLoop();

  private Watchdog(Arguments arguments) {
    this.arguments = arguments;
  }

  /** See {@link io.ringmount.upgrade.WatchdogStarter}. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String... args) {
    try {
      Arguments arguments = Arguments.parse(args);
      Optional<InstanceLock> lock = InstanceLock.take(arguments.lock());
      if (lock.isEmpty()) {
        Log.info("another watchdog runs");
        return NOT_NEEDED;
      }
      try (InstanceLock _ = lock.get()) {
        return new Watchdog(arguments).watch();
      }
    } catch (IllegalArgumentException e) {
      Log.warn(e.getMessage());
      return WRONG_USE;
    } catch (IOException e) {
      Log.warn("cannot watch: " + e.getMessage());
      return FAILED;
    }
  }

  private int watch() throws IOException {
    Map<String, Integer> restored =
        ServiceManagerStore.given(System.getenv(), ProcessHandle.current().pid());
    boolean mounts = !arguments.adopt() && restored.isEmpty();
    DaemonStarter starter = new DaemonStarter(arguments.log());
    // Before all that takes its time here: both processes start at once.
    Optional<Process> first =
        mounts ? Optional.of(starter.start(arguments.daemonCommand())) : Optional.empty();
    // Not closed when this fails: a service manager's copies must stay.
    DescriptorVault vault = new DescriptorVault(ServiceManagerStore.mirror(System.getenv()));
    DaemonSupervisor supervisor;
    Reception reception;
    try {
      leaveTerminal();
      supervisor =
          new DaemonSupervisor(
              loop, limits, vault, starter, arguments.daemonCommand(), arguments.standby());
      // What is there belongs to a watchdog that has ended: this one has the lock.
      Files.deleteIfExists(arguments.socket());
      reception = new Reception(loop, UnixSocket.listen(arguments.socket(), BACKLOG), supervisor);
      restored.forEach(vault::restore);
      if (first.isPresent()) {
        keepOrder(vault);
        supervisor.begin(first.get());
      } else if (arguments.adopt()) {
        supervisor.adopt();
      } else {
        supervisor.resume();
      }
    } catch (IOException e) {
      first.ifPresent(Process::destroyForcibly);
      throw e;
    }
    try (reception;
        EventFd signalled = EventFd.create()) {
      stopOnSignal(signalled, supervisor);
      new HangWatch(loop, limits.look(), supervisor).start();
      // Applications wait for what is said here.
      Scheduling.beginUrgent();
      loop.run();
    }
    return supervisor.exitCode();
  }

  private void stopOnSignal(EventFd signalled, DaemonSupervisor supervisor) {
    loop.watch(
        signalled.fd(),
        Poll.POLLIN,
        _ -> {
          signalled.drain();
          supervisor.stop();
        });
    for (String name : new String[] {"TERM", "INT"}) {
      Signal.handle(new Signal(name), _ -> signalled.signal());
    }
  }

  private static void keepOrder(DescriptorVault vault) throws IOException {
    byte[] order = System.in.readNBytes(OrderMemory.LONGEST);
    ProcessControl.redirectToNull(STANDARD_INPUT);
    String text = new String(order, StandardCharsets.UTF_8);
    try (SharedMemory memory = OrderMemory.create(text)) {
      vault.keepDuplicate(VaultName.ORDER, memory.fd());
    }
  }

  private static void leaveTerminal() throws IOException {
    try {
      ProcessControl.setsid();
    } catch (LinuxException leaderAlready) {
      // Then there is no terminal to leave.
    }
    Rlimit.raiseOpenFiles();
  }
}
