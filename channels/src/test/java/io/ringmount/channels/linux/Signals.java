package io.ringmount.channels.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/**
 * A signal that does nothing but end the system call a thread is in: its handler is a function of
 * libc without effect, and without {@code SA_RESTART} the kernel begins no call anew.
 *
 * <p>The handler stays, as a signal that is still on its way would end the process without it.
 */
public final class Signals {
  /** A real-time signal that neither libc nor the JVM uses. */
  private static final int SIGNAL = 50;

  private static final int TGKILL = 234;

  // struct sigaction of glibc.
  private static final int SIZE = 152;
  private static final int HANDLER = 0;

  private static final int PROCESS = (int) ProcessHandle.current().pid();

  static {
    install();
  }

  private Signals() {}

  private static void install() {
    Linker linker = Linker.nativeLinker();
    SymbolLookup libc = linker.defaultLookup();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(SIZE, Long.BYTES);
      action.set(ValueLayout.JAVA_LONG, HANDLER, libc.findOrThrow("abs").address());
      int result =
          (int)
              linker
                  .downcallHandle(
                      libc.findOrThrow("sigaction"),
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_INT,
                          ValueLayout.ADDRESS,
                          ValueLayout.ADDRESS))
                  .invokeExact(SIGNAL, action, MemorySegment.NULL);
      if (result != 0) {
        throw new IllegalStateException("sigaction refuses signal " + SIGNAL);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Sends the signal to a thread of this process.
   *
   * @return whether there is such a thread
   */
  public static boolean interrupt(int thread) throws LinuxException {
    long result = Syscall.call(TGKILL, PROCESS, thread, SIGNAL);
    if (result == -Errno.ESRCH) {
      return false;
    }
    LinuxException.check(result, "tgkill", Integer.toString(thread));
    return true;
  }
}
