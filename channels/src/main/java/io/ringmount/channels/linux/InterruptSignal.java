package io.ringmount.channels.linux;

import java.io.IOException;
import java.nio.channels.Pipe;
import java.nio.file.Path;

/**
 * The signal with which the JDK interrupts threads that are blocked in a system call: it does
 * nothing but make the call return EINTR ({@code sun.nio.ch.NativeThread}, {@code SIGRTMAX - 2}).
 * Any thread.
 */
public final class InterruptSignal {
  private static final int NUMBER = 62;
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String CAUGHT = "SigCgt:";

  private InterruptSignal() {}

  /**
   * @throws IOException when this Java has none: anything that is sent would end the process
   */
  public static InterruptSignal find() throws IOException {
    Pipe pipe = Pipe.open();
    pipe.source().close();
    pipe.sink().close();
    long caught =
        KernelFile.read(STATUS)
            .lines()
            .filter(line -> line.startsWith(CAUGHT))
            .map(line -> Long.parseUnsignedLong(line.substring(CAUGHT.length()).strip(), 16))
            .findFirst()
            .orElse(0L);
    if ((caught & 1L << (NUMBER - 1)) == 0) {
      throw new IOException("this Java has no signal to interrupt system calls with");
    }
    return new InterruptSignal();
  }

  /** Sends it to a thread of this process; one that has ended is no error. */
  public void send(int thread) {
    Syscall.call(SyscallNumber.TGKILL, ProcessHandle.current().pid(), thread, NUMBER);
  }
}
