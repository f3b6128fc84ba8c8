package io.ringmount.bench.torture;

/** How a process ends; numbers of {@code arch/x86/include/uapi/asm/signal.h}. */
public enum CrashSignal {
  KILL(9),
  SEGV(11),
  /** It does not end: it hangs. */
  STOP(19);

  private final int number;

  CrashSignal(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
