package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.FuseDevice;
import io.ringmount.daemon.control.KnownMount;
import io.ringmount.daemon.control.MountState;
import io.ringmount.daemon.control.MountTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** What must hold before a mount touches anything. */
final class MountChecks {
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);

  private final MountTable mounts;

  MountChecks(MountTable mounts) {
    this.mounts = mounts;
  }

  /** Privilege and device. */
  static void machine() throws CommandFailure, IOException {
    if (!Credentials.hasSysAdmin()) {
      throw CommandFailure.reported("mount needs root: run with sudo");
    }
    if (!Files.exists(FuseDevice.PATH)) {
      throw new CommandFailure(
          "the kernel has no FUSE", FuseDevice.PATH.toString(), "run: modprobe fuse");
    }
  }

  /** The backend directory, without links. */
  Path source(Path given) throws CommandFailure, InterruptedException {
    Path source =
        askBackend(
            given,
            () -> {
              Path real = given.toRealPath();
              return Files.isDirectory(real) ? real : null;
            });
    if (source == null) {
      throw new CommandFailure(
          "the backend is not a directory", given.toString(), "name a directory");
    }
    return source;
  }

  /** Asks what a backend may never answer, and gives up after a while. */
  private static <T> T askBackend(Path backend, Callable<T> question)
      throws CommandFailure, InterruptedException {
    Duration limit = MountProbe.ANSWER_LIMIT;
    try {
      return TimeLimit.run(limit, "backend-check", question);
    } catch (TimeoutException e) {
      throw new CommandFailure(
          "the backend does not answer within " + limit.toSeconds() + " s",
          backend.toString(),
          "is its server up?");
    } catch (ExecutionException e) {
      throw new CommandFailure("cannot use the backend", backend.toString(), e.getCause());
    }
  }

  /** The mount point, without links; free, and a directory. */
  Path mountpoint(Path given) throws CommandFailure, InterruptedException {
    try {
      Path mountpoint = MountPaths.resolve(mounts, given);
      Optional<KnownMount> mounted = mounts.find(mountpoint);
      if (mounted.isPresent()) {
        throw refusal(mounted.get(), mountpoint);
      }
      if (Files.exists(mountpoint) && !Files.isDirectory(mountpoint)) {
        throw new CommandFailure(
            "the mount point is not a directory", mountpoint.toString(), "name a directory");
      }
      if (!Files.exists(mountpoint)) {
        throw new CommandFailure(
            "the mount point does not exist", mountpoint.toString(), "run: mkdir -p " + mountpoint);
      }
      return mountpoint;
    } catch (IOException e) {
      throw new CommandFailure("cannot use the mount point", given.toString(), e);
    }
  }

  private static CommandFailure refusal(KnownMount mounted, Path mountpoint)
      throws InterruptedException {
    // A mount with a living daemon is left alone: it might hang, and this process with it.
    boolean dead =
        mounted.state() == MountState.DEAD
            && MountProbe.ask(mountpoint, PROBE_LIMIT) instanceof MountProbe.Outcome.Gone;
    return dead
        ? new CommandFailure(
            "a dead Ringmount mount is in the way: its daemon is gone",
            mountpoint.toString(),
            "clean up with: ringmount unmount " + mountpoint)
        : new CommandFailure(
            "already mounted from " + mounted.source(),
            mountpoint.toString(),
            "to replace it, first run: ringmount unmount " + mountpoint);
  }

  /** Refuses directories that contain each other: the mount would serve itself, without end. */
  static void apart(Path source, Path mountpoint) throws CommandFailure, InterruptedException {
    String why = askBackend(source, () -> overlap(source, mountpoint));
    if (why != null) {
      throw new CommandFailure(
          why, source + " and " + mountpoint, "use a mount point outside the backend");
    }
  }

  /** Why the two directories exclude each other; null when they do not. */
  private static String overlap(Path source, Path mountpoint) throws IOException {
    if (source.equals(mountpoint)) {
      return "the mount would hide its own backend";
    }
    if (isWithin(mountpoint, source)) {
      return "the mount point lies in the backend, so the mount would contain itself";
    }
    return isWithin(source, mountpoint)
        ? "the backend lies in the mount point, so the mount would hide it"
        : null;
  }

  /** By identity, not by name alone, since a bind mount gives a directory a second name. */
  private static boolean isWithin(Path inner, Path outer) throws IOException {
    if (inner.startsWith(outer)) {
      return true;
    }
    Object wanted = identity(outer);
    for (Path each = inner; each != null; each = each.getParent()) {
      if (wanted.equals(identity(each))) {
        return true;
      }
    }
    return false;
  }

  private static Object identity(Path directory) throws IOException {
    return Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
  }
}
