package io.ringmount.daemon.control;

import io.ringmount.channels.linux.KernelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process that cannot be taken for a later one with the same number.
 *
 * @param pid its number
 * @param startTicks when it started, in the kernel's ticks since boot
 */
public record ProcessIdentity(long pid, long startTicks) {
  private static final Path PROC = Path.of("/proc");

  /** Fields of {@code /proc/PID/stat} after the program's name; see proc_pid_stat(5). */
  private static final int STATE = 0;

  private static final int START_TIME = 19;

  /** This process. */
  public static ProcessIdentity current() throws IOException {
    long pid = ProcessHandle.current().pid();
    return of(pid).orElseThrow(() -> new IOException("no " + PROC.resolve(Long.toString(pid))));
  }

  /** The process that has this number now, unless it has ended. */
  public static Optional<ProcessIdentity> of(long pid) {
    String stat;
    try {
      stat = KernelFile.read(PROC.resolve(Long.toString(pid)).resolve("stat"));
    } catch (IOException ended) {
      return Optional.empty();
    }
    // The name may contain anything, parentheses too.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    boolean ended = fields.length <= START_TIME || "ZX".contains(fields[STATE]);
    return ended
        ? Optional.empty()
        : Optional.of(new ProcessIdentity(pid, Long.parseLong(fields[START_TIME])));
  }

  public boolean isAlive() {
    return of(pid).equals(Optional.of(this));
  }
}
