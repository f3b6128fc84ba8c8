package io.ringmount.watchdog;

import io.ringmount.channels.linux.KernelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the kernel tells about a thread of another process.
 *
 * @param state as in {@code proc_pid_stat(5)}
 * @param ticks of processor time it has used
 * @param inFutex it sleeps until another thread of its process wakes it
 */
record ThreadLook(char state, long ticks, boolean inFutex) {
  /** Fields of {@code /proc/PID/task/TID/stat} after the name. */
  private static final int STATE = 0;

  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  /** System calls that wait on a futex: futex, futex_waitv, futex_wait. */
  private static final String[] FUTEX_CALLS = {"202 ", "449 ", "455 "};

  /** Looks; empty when the thread has ended. */
  static Optional<ThreadLook> at(int pid, int thread) {
    Path task = Path.of("/proc/" + pid + "/task/" + thread);
    try {
      String stat = KernelFile.read(task.resolve("stat"));
      // The name may contain anything, parentheses too.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
      long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
      return Optional.of(new ThreadLook(fields[STATE].charAt(0), ticks, inFutex(task)));
    } catch (IOException ended) {
      return Optional.empty();
    }
  }

  private static boolean inFutex(Path task) {
    try {
      String call = KernelFile.read(task.resolve("syscall"));
      for (String each : FUTEX_CALLS) {
        if (call.startsWith(each)) {
          return true;
        }
      }
      return false;
    } catch (IOException notAllowed) {
      return waitsInFutex(task);
    }
  }

  /** The kernel's function in which it sleeps, which may be seen with fewer rights. */
  private static boolean waitsInFutex(Path task) {
    try {
      return KernelFile.read(task.resolve("wchan")).contains("futex");
    } catch (IOException notAllowed) {
      return false;
    }
  }
}
