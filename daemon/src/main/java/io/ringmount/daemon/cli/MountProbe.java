package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.linux.Statx;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Asks a mount for the attributes of its root, for a limited time. */
final class MountProbe {
  /** How a mount takes the question. */
  sealed interface Outcome {
    /** It answers; {@code connection} is the FUSE connection's number. */
    record Answers(int connection) implements Outcome {}

    /** Its connection is gone. */
    record Gone() implements Outcome {}

    /** It refuses with another error. */
    record Fails(String error) implements Outcome {}

    /** It says nothing. */
    record Hangs() implements Outcome {}
  }

  private MountProbe() {}

  static Outcome ask(Path mountpoint, Duration limit) throws InterruptedException {
    try {
      return TimeLimit.run(limit, "mount-probe", () -> ask(mountpoint));
    } catch (TimeoutException e) {
      return new Outcome.Hangs();
    } catch (ExecutionException e) {
      return new Outcome.Fails(CommandFailure.describe(e.getCause()));
    }
  }

  /** The memory belongs to this call, since nobody knows when a hanging one lets go of it. */
  private static Outcome ask(Path mountpoint) {
    try (Arena arena = Arena.ofConfined()) {
      long buffer = arena.allocate(Statx.SIZE, Long.BYTES).address();
      // Forced, or the kernel would answer from its cache.
      long result =
          FileOps.statx(
              FileFlags.AT_FDCWD,
              NativeString.address(arena, mountpoint),
              FileFlags.AT_SYMLINK_NOFOLLOW | FileFlags.AT_STATX_FORCE_SYNC,
              FileFlags.STATX_BASIC_STATS,
              buffer);
      if (result == 0) {
        return new Outcome.Answers(Statx.deviceMinor(buffer));
      }
      int errno = (int) -result;
      return errno == Errno.ENOTCONN || errno == Errno.ECONNABORTED
          ? new Outcome.Gone()
          : new Outcome.Fails(
              new LinuxException("statx", mountpoint.toString(), errno).getMessage());
    }
  }
}
