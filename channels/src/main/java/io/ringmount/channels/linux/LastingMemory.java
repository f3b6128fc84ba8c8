package io.ringmount.channels.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Has the memory of this process outlast it, so that its end takes no time.
 *
 * <p>A process that ends gives its memory back page by page before anybody learns that it has ended
 * ({@code exit_mm} before {@code exit_notify} in {@code kernel/exit.c}): for a JVM of 130 MB that
 * is 12 of 13.5 ms. Here a second process shares the memory ({@code CLONE_VM} of clone(2)), so that
 * it stays, and is given back when that one ends, on otherwise idle processors. It runs no Java,
 * uses no memory but a page of its own, has no descriptor but the end of a pipe that it waits at,
 * and takes no signal but SIGKILL and SIGSTOP. {@code ps} shows it with the command and the memory
 * of the process that it is of, and {@value #NAME} as the name of its thread.
 *
 * <p>All else of the process ends with it as ever: threads, descriptors, rings.
 */
public final class LastingMemory {
  /** How the kernel names the thread of the second process. */
  public static final String NAME = "lasting-memory";

  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /**
   * What the second process runs, for x86-64, with a descriptor as its argument: block every
   * signal; close every other descriptor; read one byte until that succeeds or fails; exit.
   *
   * <pre>
   *         mov   ebx, edi
   *         mov   qword ptr [rsp-8], -1
   *         xor   edi, edi              # SIG_BLOCK
   *         lea   rsi, [rsp-8]
   *         xor   edx, edx
   *         mov   r10d, 8
   *         mov   eax, 14               # rt_sigprocmask
   *         syscall
   *         xor   edi, edi
   *         lea   esi, [rbx-1]
   *         xor   edx, edx
   *         mov   eax, 436              # close_range
   *         syscall
   *         lea   edi, [rbx+1]
   *         or    esi, -1
   *         xor   edx, edx
   *         mov   eax, 436              # close_range
   *         syscall
   *  again: mov   edi, ebx
   *         lea   rsi, [rsp-8]
   *         mov   edx, 1
   *         xor   eax, eax              # read
   *         syscall
   *         cmp   rax, -4               # EINTR
   *         je    again
   *         xor   edi, edi
   *         mov   eax, 60               # exit
   *         syscall
   * </pre>
   */
  private static final byte[] CODE =
      HexFormat.of()
          .parseHex(
              "89fb"
                  + "48c74424f8ffffffff"
                  + "31ff488d7424f831d241ba08000000b80e0000000f05"
                  + "31ff8d73ff31d2b8b40100000f05"
                  + "8d7b0183ceff31d2b8b40100000f05"
                  + "89df488d7424f8ba0100000031c00f05"
                  + "4883f8fc74ea"
                  + "31ffb83c0000000f05");

  private static final int CLONE_VM = 0x100;
  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int PROT_EXEC = 4;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int NO_DESCRIPTOR = -1;

  private LastingMemory() {}

  /**
   * Has the memory of this process last. To be called before files are open: the second process has
   * each of them for a moment.
   *
   * @return a descriptor, the caller's and closed on exec: the memory stays until it and every
   *     duplicate of it, in whatever process, is closed
   * @throws LinuxException {@code close_range}, {@code pipe2}, {@code mmap}, {@code mprotect} or
   *     {@code clone}
   */
  public static int begin() throws LinuxException {
    // A thread of its own, for its name, which the second process inherits.
    FutureTask<Integer> begun = new FutureTask<>(LastingMemory::share);
    Thread.ofPlatform().name(NAME).daemon().start(begun);
    try {
      return begun.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LinuxException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while memory was made to last", e);
    }
  }

  private static int share() throws LinuxException {
    // The second process could not tell that it has no such call, and would wait for itself.
    LinuxException.check(
        Syscall.call(SyscallNumber.CLOSE_RANGE, Integer.MAX_VALUE, Integer.MAX_VALUE, 0),
        "close_range",
        "");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      LinuxException.check(
          Syscall.call(SyscallNumber.PIPE2, ends.address(), FileFlags.O_CLOEXEC), "pipe2", "");
      int waited = ends.getAtIndex(JAVA_INT, 0);
      int kept = ends.getAtIndex(JAVA_INT, 1);
      try {
        start(arena, waited);
        return kept;
      } catch (LinuxException e) {
        FileOps.close(kept);
        throw e;
      } finally {
        FileOps.close(waited);
      }
    }
  }

  /** Starts the second process; its two pages, one of code and one of stack, stay for good. */
  private static void start(Arena arena, int descriptor) throws LinuxException {
    long code = pages();
    Memory.copy(CODE, 0, code, CODE.length);
    LinuxException.check(
        Syscall.call(SyscallNumber.MPROTECT, code, SharedMemory.PAGE_SIZE, PROT_READ | PROT_EXEC),
        "mprotect",
        "a page of code");
    long stack = code + 2L * SharedMemory.PAGE_SIZE;
    MemorySegment captured = arena.allocate(CAPTURE);
    int pid;
    try {
      pid = (int) linkClone().invokeExact(captured, code, stack, CLONE_VM, (long) descriptor);
    } catch (Throwable impossible) {
      throw new AssertionError("clone(2) cannot throw", impossible);
    }
    LinuxException.check(pid < 0 ? -(int) ERRNO.get(captured, 0L) : pid, "clone", "CLONE_VM");
    // Not by inheritance: this thread, for which the daemon waits, would have to be idle before.
    Scheduling.makeIdle(pid);
  }

  private static long pages() throws LinuxException {
    return LinuxException.check(
        Syscall.call(
            SyscallNumber.MMAP,
            0,
            2L * SharedMemory.PAGE_SIZE,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS,
            NO_DESCRIPTOR,
            0),
        "mmap",
        "two pages");
  }

  /**
   * {@code int clone(int (*)(void *), void *stack, int flags, void *argument)} of the C library.
   */
  private static MethodHandle linkClone() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("clone"),
        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG),
        Linker.Option.captureCallState("errno"));
  }
}
