package io.ringmount.channels.linux;

import java.lang.foreign.Arena;

/** How the kernel schedules single threads, {@code sched(7)}. */
public final class Scheduling {
  /** The default, {@code SCHED_OTHER}. */
  private static final int NORMAL = 0;

  /** Runs only when nobody else wants the processor, {@code SCHED_IDLE}. */
  private static final int IDLE = 5;

  private static final int PRIO_PROCESS = 0;

  /** Nice values of a thread that others wait for, and of all others. */
  private static final int URGENT_NICE = -20;

  private static final int USUAL_NICE = 0;

  private Scheduling() {}

  /**
   * Lets the calling thread run before all others that are not urgent; those it starts are urgent
   * too. Without the right to (CAP_SYS_NICE) nothing happens.
   */
  public static void beginUrgent() {
    Syscall.call(SyscallNumber.SETPRIORITY, PRIO_PROCESS, 0, URGENT_NICE);
  }

  /** Ends {@link #beginUrgent}. */
  public static void endUrgent() {
    Syscall.call(SyscallNumber.SETPRIORITY, PRIO_PROCESS, 0, USUAL_NICE);
  }

  /**
   * Makes a thread of this process run only on otherwise idle processors.
   *
   * @param thread its id in the kernel
   */
  public static void makeIdle(int thread) throws LinuxException {
    set(thread, IDLE);
  }

  /**
   * Makes a thread of this process run as threads do by default.
   *
   * @param thread its id in the kernel
   */
  public static void makeNormal(int thread) throws LinuxException {
    set(thread, NORMAL);
  }

  /** The kernel's id of the calling thread. */
  public static int currentThread() {
    return (int) Syscall.call(SyscallNumber.GETTID);
  }

  private static void set(int thread, int policy) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      // struct sched_param: s32 priority, 0 for these policies.
      long parameters = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      LinuxException.check(
          Syscall.call(SyscallNumber.SCHED_SETSCHEDULER, thread, policy, parameters),
          "sched_setscheduler",
          "thread " + thread);
    }
  }
}
