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

  /** The mount point, absolute and without links; whatever is there. */
  Path mountpoint(Path given) throws CommandFailure {
    try {
      return MountPaths.resolve(mounts, given);
    } catch (IOException e) {
      throw new CommandFailure("cannot use the mount point", given.toString(), e);
    }
  }

  /** Refuses a mount point that is no directory, or not free. Never looks at a mount of ours. */
  void free(Path mountpoint) throws CommandFailure {
    try {
      Optional<KnownMount> mounted = mounts.find(mountpoint);
      if (mounted.isPresent()) {
        throw refusal(mounted.get());
      }
    } catch (IOException e) {
      throw new CommandFailure("cannot use the mount point", mountpoint.toString(), e);
    }
    if (!Files.exists(mountpoint)) {
      throw new CommandFailure(
          "the mount point does not exist", mountpoint.toString(), "run: mkdir -p " + mountpoint);
    }
    if (!Files.isDirectory(mountpoint)) {
      throw new CommandFailure(
          "the mount point is not a directory", mountpoint.toString(), "name a directory");
    }
  }

  private static CommandFailure refusal(KnownMount mounted) {
    return mounted.state() == MountState.DEAD
        ? new CommandFailure(
            "a dead Ringmount mount is in the way that the run directory does not know",
            mounted.mountpoint(),
            "clean up with: ringmount unmount " + mounted.mountpoint())
        : new CommandFailure(
            "already mounted from " + mounted.source(),
            mounted.mountpoint(),
            "to replace it, first run: ringmount unmount " + mounted.mountpoint());
  }

  /** Refuses directories that contain each other: the mount would serve itself, without end. */
  static void apart(Path source, Path mountpoint) throws CommandFailure, InterruptedException {
    String why = askBackend(source, () -> overlap(source, mountpoint));
    if (why != null) {
      throw new CommandFailure(
          why, source + " and " + mountpoint, "use a mount point outside the backend");
    }
  }

  /** Refuses a cache directory that the mount would serve, or hide. */
  static void cacheApart(Path cache, Path source, Path mountpoint)
      throws CommandFailure, InterruptedException {
    String why =
        askBackend(
            source,
            () -> {
              Path there = cache;
              while (!Files.exists(there)) {
                there = there.getParent();
              }
              there = there.toRealPath();
              if (isWithin(there, source)) {
                return "the cache directory lies in the backend, so the mount would cache its own"
                    + " cache";
              }
              return isWithin(there, mountpoint)
                  ? "the cache directory lies in the mount point, so the mount would hide it"
                  : null;
            });
    if (why != null) {
      throw new CommandFailure(why, cache.toString(), "use a directory on another, local disk");
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
