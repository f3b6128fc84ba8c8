package io.ringmount.channels.linux;

import java.io.IOException;
import java.nio.file.Path;

/** What the kernel tells about a thread that waits for somebody. */
public final class WaitingThread {
  /** How its wait stands. */
  public enum Fate {
    /** It goes on when its wait ends. */
    LIVES,
    /** It ends as soon as its wait does: SIGKILL is pending, as after every fatal signal. */
    DIES,
    /** It is gone, or in a place that this process cannot see. */
    UNKNOWN
  }

  private static final long SIGKILL = 1L << (9 - 1);

  private WaitingThread() {}

  /**
   * Looks at a thread.
   *
   * @param thread its id in this process's namespace; 0 is unknown
   */
  public static Fate fate(int thread) {
    if (thread <= 0) {
      return Fate.UNKNOWN;
    }
    try {
      String status = KernelFile.read(Path.of("/proc/" + thread + "/status"));
      boolean killed =
          status
              .lines()
              .filter(line -> line.startsWith("SigPnd:") || line.startsWith("ShdPnd:"))
              .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
              .anyMatch(pending -> (pending & SIGKILL) != 0);
      return killed ? Fate.DIES : Fate.LIVES;
    } catch (IOException goneOrUnseen) {
      return Fate.UNKNOWN;
    }
  }
}
