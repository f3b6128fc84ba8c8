package io.ringmount.daemon.cli;

import io.ringmount.channels.WakeFile;
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

  /** The most that a backend or a new mount may take for an answer. */
  static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private MountProbe() {}

  /**
   * Asks a mount that was just made.
   *
   * @param connection the number that its answer must have
   */
  static void mustAnswer(Path mountpoint, int connection)
      throws CommandFailure, InterruptedException {
    String problem =
        switch (ask(mountpoint, ANSWER_LIMIT)) {
          case Outcome.Answers(int seen) when seen == connection -> null;
          case Outcome.Answers _ -> "something else is mounted on top";
          case Outcome.Gone _ -> "the mount ended at once";
          case Outcome.Fails(String error) -> "the mount does not work: " + error;
          case Outcome.Hangs _ ->
              "the mount does not answer within " + ANSWER_LIMIT.toSeconds() + " s";
        };
    if (problem != null) {
      throw new CommandFailure(problem, mountpoint.toString(), "does the backend answer?");
    }
  }

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
        int connection = Statx.deviceMinor(buffer);
        // From here on the kernel knows it, as whoever takes the mount over needs.
        FileOps.statx(
            FileFlags.AT_FDCWD,
            NativeString.address(arena, mountpoint.resolve(WakeFile.NAME)),
            FileFlags.AT_SYMLINK_NOFOLLOW,
            FileFlags.STATX_BASIC_STATS,
            buffer);
        return new Outcome.Answers(connection);
      }
      int errno = (int) -result;
      return errno == Errno.ENOTCONN || errno == Errno.ECONNABORTED
          ? new Outcome.Gone()
          : new Outcome.Fails(
              new LinuxException("statx", mountpoint.toString(), errno).getMessage());
    }
  }
}
