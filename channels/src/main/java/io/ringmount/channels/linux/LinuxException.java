package io.ringmount.channels.linux;

import java.io.IOException;

/** A system call that failed: which call, on what, with which errno. */
public final class LinuxException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int errno;

  /**
   * @param call name of the call as in section 2 of the manual
   * @param subject what it was applied to, usually a path; may be empty
   * @param errno positive error number
   */
  public LinuxException(String call, String subject, int errno) {
    super(
        subject.isEmpty()
            ? call + ": " + Errno.describe(errno)
            : call + " " + subject + ": " + Errno.describe(errno));
    this.call = call;
    this.errno = errno;
  }

  /** Returns {@code result} when it is a success, throws when it is {@code -errno}. */
  public static long check(long result, String call, String subject) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(call, subject, (int) -result);
    }
    return result;
  }

  public String call() {
    return call;
  }

  /** Positive error number, a constant of {@link Errno}. */
  public int errno() {
    return errno;
  }
}
