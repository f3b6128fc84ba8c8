package io.ringmount.channels.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The project's one way into the kernel: libc's {@code syscall(2)}, in one downcall shape.
 *
 * <p>Results follow the kernel's own convention: zero or positive is success, {@code -errno} is
 * failure, so a hot path needs no exception. Callers that want one pass the result to {@link
 * LinuxException#check}. Any thread may call; a call may block, and a blocked thread does not hold
 * up a safepoint. Numbers are those of x86-64 (kernel {@code
 * arch/x86/entry/syscalls/syscall_64.tbl}).
 */
public final class Syscall {
  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle SYSCALL = link();
  private static final ThreadLocal<MemorySegment> CAPTURED =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE));

  private Syscall() {}

  private static MethodHandle link() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
        Linker.Option.captureCallState("errno"));
  }

  /**
   * Calls the kernel.
   *
   * @param number the call, a constant of {@link SyscallNumber}
   * @return the call's result, or {@code -errno}
   */
  public static long call(long number, long a, long b, long c, long d, long e, long f) {
    MemorySegment captured = CAPTURED.get();
    long result;
    try {
      result = (long) SYSCALL.invokeExact(captured, number, a, b, c, d, e, f);
    } catch (Throwable impossible) {
      throw new AssertionError("syscall(2) cannot throw", impossible);
    }
    return result == -1 ? -(int) ERRNO.get(captured, 0L) : result;
  }

  public static long call(long number) {
    return call(number, 0, 0, 0, 0, 0, 0);
  }

  public static long call(long number, long a) {
    return call(number, a, 0, 0, 0, 0, 0);
  }

  public static long call(long number, long a, long b) {
    return call(number, a, b, 0, 0, 0, 0);
  }

  public static long call(long number, long a, long b, long c) {
    return call(number, a, b, c, 0, 0, 0);
  }

  public static long call(long number, long a, long b, long c, long d) {
    return call(number, a, b, c, d, 0, 0);
  }

  public static long call(long number, long a, long b, long c, long d, long e) {
    return call(number, a, b, c, d, e, 0);
  }
}
