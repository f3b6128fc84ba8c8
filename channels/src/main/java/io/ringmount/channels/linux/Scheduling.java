package io.ringmount.channels.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** How the kernel schedules single threads, {@code sched(7)}. */
public final class Scheduling {
  /** The default, {@code SCHED_OTHER}. */
  private static final int NORMAL = 0;

  /** Runs only when nobody else wants the processor, {@code SCHED_IDLE}. */
  private static final int IDLE = 5;

  /**
   * Before all threads that are not of a real-time policy, {@code SCHED_RR}. A nice value would not
   * do: with {@code CONFIG_SCHED_AUTOGROUP} it counts within the thread's own session only.
   */
  private static final int ROUND_ROBIN = 2;

  /** {@code SCHED_RESET_ON_FORK}: what the thread starts runs as threads do by default. */
  private static final int RESET_ON_FORK = 0x4000_0000;

  private static final int LOWEST_PRIORITY = 1;

  private Scheduling() {}

  /**
   * Lets the calling thread run before all others that are not urgent; those it starts are not.
   * Without the right to (CAP_SYS_NICE) nothing happens.
   */
  public static void beginUrgent() {
    makeUrgent(0);
  }

  /**
   * As {@link #beginUrgent}, for another thread of this process.
   *
   * @param thread its id in the kernel; nothing happens when it has ended
   */
  public static void makeUrgent(int thread) {
    trySet(thread, ROUND_ROBIN | RESET_ON_FORK, LOWEST_PRIORITY);
  }

  /** Whether the calling thread runs before all others that are not urgent. */
  public static boolean isUrgent() {
    return (Syscall.call(SyscallNumber.SCHED_GETSCHEDULER, 0) & ~RESET_ON_FORK) == ROUND_ROBIN;
  }

  /** Ends {@link #beginUrgent}. */
  public static void endUrgent() {
    trySet(0, NORMAL, 0);
  }

  /**
   * Makes a thread run only on otherwise idle processors.
   *
   * @param thread its id in the kernel; a process has the id of its first
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
    LinuxException.check(trySet(thread, policy, 0), "sched_setscheduler", "thread " + thread);
  }

  private static long trySet(int thread, int policy, int priority) {
    try (Arena arena = Arena.ofConfined()) {
      // struct sched_param
      MemorySegment parameters = arena.allocateFrom(ValueLayout.JAVA_INT, priority);
      return Syscall.call(SyscallNumber.SCHED_SETSCHEDULER, thread, policy, parameters.address());
    }
  }
}
