package io.ringmount.daemon.fs;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Rlimit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator that descriptors ran out, which applications see only as failing calls; at
 * most once a minute, since it goes on until something is done.
 */
final class Exhaustion {
  private static final Logger LOG = LoggerFactory.getLogger(Exhaustion.class);
  private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final AtomicLong NEXT_NANOS = new AtomicLong(System.nanoTime());

  private Exhaustion() {}

  /** Lets the next report through, for tests. */
  static void reset() {
    NEXT_NANOS.set(System.nanoTime());
  }

  /** Looks at why an operation failed. */
  static void notice(int errno) {
    if (errno == Errno.EMFILE || errno == Errno.ENFILE) {
      report(errno);
    }
  }

  private static void report(int errno) {
    long next = NEXT_NANOS.get();
    long now = System.nanoTime();
    if (now - next >= 0 && NEXT_NANOS.compareAndSet(next, now + INTERVAL_NANOS)) {
      LOG.warn(
          "file descriptors ran out: {}; the limit of this process is {}."
              + " Raise it (LimitNOFILE= of the systemd unit, ulimit -n), and fs.file-max if the"
              + " whole system ran out",
          Errno.describe(errno),
          limit());
    }
  }

  private static String limit() {
    try {
      long limit = Rlimit.openFiles();
      return limit < 0 ? "unlimited" : Long.toString(limit);
    } catch (LinuxException e) {
      return "unknown (" + e.getMessage() + ")";
    }
  }
}
