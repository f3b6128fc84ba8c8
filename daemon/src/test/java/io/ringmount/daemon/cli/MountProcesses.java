package io.ringmount.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LastingMemory;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.PidFd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The processes of a test's mount: watchdog and daemons. */
public final class MountProcesses {
  /** How a watchdog is started, and no daemon. */
  private static final String WATCHDOG = " -jar ";

  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;
  private static final int LIMIT_MILLIS = 20_000;

  private final String name;

  /**
   * @param work a directory of the test's alone that its mount point is in: the number in its name
   *     is in the command lines, in whatever spelling
   */
  public MountProcesses(Path work) {
    name = work.getFileName().toString().replaceAll("\\D", "");
  }

  public List<ProcessHandle> all() {
    return ProcessHandle.allProcesses()
        .filter(
            each -> commandLine(each).contains("io.ringmount") && commandLine(each).contains(name))
        .toList();
  }

  /** The one that serves, not its watchdog, and not what its memory is to last with. */
  ProcessHandle daemon() {
    return all().stream()
        .filter(each -> !commandLine(each).contains(WATCHDOG))
        .filter(each -> !isMemory(each))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isMemory(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/comm"))
          .strip()
          .equals(LastingMemory.NAME);
    } catch (IOException ended) {
      return false;
    }
  }

  /** None is left, but memory that is given back by the way. */
  public void assertEnded() throws InterruptedException {
    assertTrue(all().stream().allMatch(MountProcesses::isMemory), () -> "left: " + all());
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
    while (!all().isEmpty()) {
      assertTrue(System.nanoTime() < end, () -> "left: " + all());
      Thread.sleep(5);
    }
  }

  private static String commandLine(ProcessHandle process) {
    return process.info().commandLine().orElse("");
  }

  /** Ends all at once, so that none can replace another. */
  public void kill() throws Exception {
    List<PidFd> processes = new ArrayList<>();
    try {
      for (ProcessHandle each : all()) {
        open(each.pid()).ifPresent(processes::add);
      }
      for (PidFd each : processes) {
        send(each, SIGSTOP);
      }
      for (PidFd each : processes) {
        send(each, PidFd.SIGKILL);
      }
      for (PidFd each : processes) {
        if (!each.awaitExit(LIMIT_MILLIS)) {
          throw new IllegalStateException("a process of " + name + " lives on");
        }
      }
    } finally {
      processes.forEach(PidFd::close);
    }
  }

  void stop() throws Exception {
    signal(SIGSTOP);
  }

  public void goOn() throws Exception {
    signal(SIGCONT);
  }

  private void signal(int signal) throws Exception {
    for (ProcessHandle each : all()) {
      Optional<PidFd> process = open(each.pid());
      if (process.isPresent()) {
        try (PidFd living = process.get()) {
          send(living, signal);
        }
      }
    }
  }

  /** Empty when it has ended. */
  private static Optional<PidFd> open(long pid) throws LinuxException {
    try {
      return Optional.of(PidFd.open(pid));
    } catch (LinuxException e) {
      if (e.errno() == Errno.ESRCH) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static void send(PidFd process, int signal) throws LinuxException {
    if (!process.isExited()) {
      process.sendSignal(signal);
    }
  }
}
