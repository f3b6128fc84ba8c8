package io.ringmount.channels.linux;

/**
 * A descriptor that stands for a process, or one thread, and cannot come to mean another one, as a
 * number can ({@code pidfd_open(2)}). Owns the descriptor, which is closed on exec. Any thread may
 * call; nobody may once it is closed.
 */
public final class PidFd implements AutoCloseable {
  /** Has a JVM print what its threads do. */
  public static final int SIGQUIT = 3;

  /** Kills for certain. */
  public static final int SIGKILL = 9;

  /** Asks to end. */
  public static final int SIGTERM = 15;

  /** Has a stopped process go on. */
  public static final int SIGCONT = 18;

  private static final int THREAD = 0x80;

  private final int fd;
  private boolean closed;

  private PidFd(int fd) {
    this.fd = fd;
  }

  /**
   * Opens a process.
   *
   * @throws LinuxException {@code pidfd_open}: {@code ESRCH} when there is none
   */
  public static PidFd open(long pid) throws LinuxException {
    return open(pid, 0, "process ");
  }

  /**
   * Opens a thread; from Linux 6.9 on.
   *
   * @param thread its id in the kernel
   * @throws LinuxException {@code pidfd_open}: {@code ESRCH} when there is none, {@code EINVAL} on
   *     an older kernel
   */
  public static PidFd openThread(int thread) throws LinuxException {
    return open(thread, THREAD, "thread ");
  }

  private static PidFd open(long id, int flags, String what) throws LinuxException {
    return new PidFd(
        (int)
            LinuxException.check(
                Syscall.call(SyscallNumber.PIDFD_OPEN, id, flags), "pidfd_open", what + id));
  }

  /** Takes over a process descriptor that came from another process. */
  public static PidFd adopt(int fd) {
    return new PidFd(fd);
  }

  /**
   * Copies a descriptor of the process; needs the right to trace it. Works for an io_uring, which
   * cannot pass through a socket.
   *
   * @param theirFd a number in the process
   * @return a descriptor of this process, closed on exec, that the caller must close
   * @throws LinuxException {@code pidfd_getfd}: {@code EBADF} not open there, {@code EPERM}, {@code
   *     ESRCH}
   */
  public int getFd(int theirFd) throws LinuxException {
    return (int)
        LinuxException.check(
            Syscall.call(SyscallNumber.PIDFD_GETFD, fd, theirFd, 0),
            "pidfd_getfd",
            "descriptor " + theirFd);
  }

  /**
   * Sends a signal; 0 only checks.
   *
   * @throws LinuxException {@code pidfd_send_signal}: {@code ESRCH} when the process has been
   *     reaped, {@code EPERM}
   */
  public void sendSignal(int signal) throws LinuxException {
    LinuxException.check(
        Syscall.call(SyscallNumber.PIDFD_SEND_SIGNAL, fd, signal, 0, 0),
        "pidfd_send_signal",
        "signal " + signal);
  }

  /** Whether the process has ended, reaped or not. */
  public boolean isExited() {
    return awaitExit(0);
  }

  /**
   * Waits for the process to end.
   *
   * @param timeoutMillis 0 to look only, {@link Poll#FOREVER}
   * @return whether it has ended
   */
  public boolean awaitExit(int timeoutMillis) {
    return (Poll.one(fd, Poll.POLLIN, timeoutMillis) & Poll.POLLIN) != 0;
  }

  /** Readable, for {@link Poll}, once the process has ended; stays owned by this object. */
  public int fd() {
    return fd;
  }

  /** A second call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      FileOps.close(fd);
    }
  }
}
