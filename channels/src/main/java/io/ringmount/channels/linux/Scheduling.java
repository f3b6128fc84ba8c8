package io.ringmount.channels.linux;

import java.lang.foreign.Arena;

/** How the kernel schedules single threads, {@code sched(7)}. */
public final class Scheduling {
  /** Runs only when nobody else wants the processor, {@code SCHED_IDLE}. */
  private static final int IDLE = 5;

  private Scheduling() {}

  /**
   * Makes a thread of this process run only on otherwise idle processors.
   *
   * @param thread its id in the kernel
   */
  public static void makeIdle(int thread) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      // struct sched_param: s32 priority, 0 for this policy.
      long parameters = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      LinuxException.check(
          Syscall.call(SyscallNumber.SCHED_SETSCHEDULER, thread, IDLE, parameters),
          "sched_setscheduler",
          "thread " + thread);
    }
  }
}
