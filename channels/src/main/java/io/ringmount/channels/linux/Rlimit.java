package io.ringmount.channels.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** Limits of a process. */
public final class Rlimit {
  private static final Path NR_OPEN = Path.of("/proc/sys/fs/nr_open");

  private static final int RLIMIT_CORE = 4;
  private static final int RLIMIT_NOFILE = 7;

  /** {@code struct rlimit64}: u64 soft, u64 hard limit. */
  private static final int SIZE = 16;

  private static final int SOFT = 0;
  private static final int HARD = 8;

  private Rlimit() {}

  /**
   * Raises the limit as far as the kernel allows: to {@code fs.nr_open} with CAP_SYS_RESOURCE, else
   * to the present hard limit. Holds for the process and what it starts later.
   *
   * @return the resulting limit, in descriptors
   * @throws LinuxException {@code prlimit64}
   */
  public static long raiseOpenFiles() throws IOException {
    long most = KernelFile.readNumber(NR_OPEN);
    try (Arena arena = Arena.ofConfined()) {
      long limit = arena.allocate(SIZE, Long.BYTES).address();
      call(0, limit);
      long hard = Memory.getLong(limit + HARD);
      fill(limit, most);
      try {
        call(limit, 0);
      } catch (LinuxException e) {
        if (e.errno() != Errno.EPERM) {
          throw e;
        }
        fill(limit, hard);
        call(limit, 0);
      }
      return openFiles();
    }
  }

  /** The present soft limit, in descriptors; -1 is no limit. */
  public static long openFiles() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long limit = arena.allocate(SIZE, Long.BYTES).address();
      call(0, limit);
      return Memory.getLong(limit + SOFT);
    }
  }

  /**
   * Keeps a process of this user, and what it starts later, from leaving a memory dump when it
   * crashes: writing one takes long, and a successor waits for the end.
   *
   * @throws LinuxException {@code prlimit64}: {@code ESRCH}, {@code EPERM}
   */
  public static void forbidCoreDumps(long pid) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long limit = arena.allocate(SIZE, Long.BYTES).address();
      fill(limit, 0);
      LinuxException.check(
          Syscall.call(SyscallNumber.PRLIMIT64, pid, RLIMIT_CORE, limit, 0),
          "prlimit64",
          "RLIMIT_CORE of process " + pid);
    }
  }

  private static void fill(long limit, long value) {
    Memory.putLong(limit + SOFT, value);
    Memory.putLong(limit + HARD, value);
  }

  private static void call(long newLimit, long oldLimit) throws LinuxException {
    LinuxException.check(
        Syscall.call(SyscallNumber.PRLIMIT64, 0, RLIMIT_NOFILE, newLimit, oldLimit),
        "prlimit64",
        "RLIMIT_NOFILE");
  }
}
