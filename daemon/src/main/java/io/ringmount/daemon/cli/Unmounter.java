package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.daemon.control.KnownMount;
import io.ringmount.daemon.control.MountRecord;
import io.ringmount.daemon.control.MountState;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.ProcessIdentity;
import io.ringmount.daemon.control.RunDirectory;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Ends a mount and waits until its daemon has gone. Never looks at what is mounted. */
final class Unmounter {
  private static final int MOST_USERS_NAMED = 4;

  /** The daemon answers the last requests, then gives its memory back. */
  private static final int EXIT_MILLIS = 20_000;

  /** With its connection ended it has no requests to wait for, unless it hangs itself. */
  private static final int FORCED_EXIT_MILLIS = 5_000;

  private static final int KILL_MILLIS = 10_000;

  private final RunRoot root;
  private final MountTable mounts;

  Unmounter(RunRoot root, MountTable mounts) {
    this.root = root;
    this.mounts = mounts;
  }

  /**
   * Unmounts the topmost mount at a path.
   *
   * @param force also when it is in use or hangs: those who wait for it get an error
   * @return where the files are that tell of a daemon that died, if it did
   */
  List<Path> unmount(Path mountpoint, boolean force) throws CommandFailure, IOException {
    Optional<KnownMount> mounted = mounts.find(mountpoint);
    if (mounted.isEmpty()) {
      return notOurs(mountpoint, force);
    }
    Optional<PidFd> watchdog = watchdogOf(mountpoint);
    Optional<PidFd> daemon = daemonOf(mounted.get());
    try {
      // What others have mounted on a dead one would go with it.
      boolean alone = mounts.below(mountpoint).isEmpty();
      boolean dead = mounted.get().state() == MountState.DEAD;
      detach(mountpoint, force || dead && alone);
      if (daemon.isPresent()) {
        awaitExit(daemon.get(), mounted.get(), force);
      }
      if (watchdog.isPresent()) {
        // It ends with the last daemon, unless it hangs itself.
        awaitExit(watchdog.get(), mounted.get(), true);
      }
    } finally {
      daemon.ifPresent(PidFd::close);
      watchdog.ifPresent(PidFd::close);
    }
    return root.clear(root.at(mountpoint));
  }

  private Optional<PidFd> watchdogOf(Path mountpoint) throws LinuxException {
    Optional<ProcessIdentity> watchdog =
        root.at(mountpoint).record().flatMap(MountRecord::watchdogProcess);
    return watchdog.isPresent() && watchdog.get().isAlive()
        ? open(watchdog.get().pid())
        : Optional.empty();
  }

  /** Nothing of ours is mounted; there may be a daemon without its mount. */
  private List<Path> notOurs(Path mountpoint, boolean force) throws CommandFailure, IOException {
    RunDirectory entry = root.at(mountpoint);
    Optional<MountRecord> left = entry.record();
    if (left.isPresent()) {
      if (left.get().isAttended()) {
        KnownMount stale =
            new KnownMount(
                left.get().mountpoint(),
                left.get().source(),
                MountState.STALE,
                left.get().pid(),
                left.get().connection());
        try (PidFd daemon = PidFd.open(stale.pid())) {
          awaitExit(daemon, stale, force);
        }
      }
      return root.clear(entry);
    }
    Optional<MountEntry> other = mounts.topmost(mountpoint);
    throw other.isPresent()
        ? new CommandFailure(
            "not a Ringmount mount but of type " + other.get().fsType(),
            mountpoint.toString(),
            "use: umount " + mountpoint)
        : new CommandFailure("not mounted", mountpoint.toString(), "see: ringmount list");
  }

  /** A descriptor of the daemon, taken before anything ends, so that it is surely the one. */
  private static Optional<PidFd> daemonOf(KnownMount mount) throws LinuxException {
    return mount.pid() == null ? Optional.empty() : open(mount.pid());
  }

  private static Optional<PidFd> open(long pid) throws LinuxException {
    try {
      return Optional.of(PidFd.open(pid));
    } catch (LinuxException e) {
      if (e.errno() == Errno.ESRCH) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void detach(Path mountpoint, boolean force) throws CommandFailure, IOException {
    int flags = Mounts.UMOUNT_NOFOLLOW;
    if (force) {
      // Forcing aborts the connection, which frees those who wait; detaching then cannot fail.
      flags |= Mounts.MNT_FORCE | Mounts.MNT_DETACH;
    }
    try {
      Mounts.umount(mountpoint, flags);
    } catch (LinuxException e) {
      switch (e.errno()) {
        case Errno.EBUSY ->
            throw new CommandFailure(
                "in use" + users(mountpoint),
                mountpoint.toString(),
                "end what uses it, or run: ringmount unmount --force " + mountpoint);
        case Errno.EPERM -> throw CommandFailure.reported("unmount needs root: run with sudo");
        case Errno.EINVAL -> {
          // Somebody else was faster; what is left is to wait for the daemon.
        }
        default -> throw new CommandFailure("cannot unmount", mountpoint.toString(), e);
      }
    }
  }

  private String users(Path mountpoint) throws IOException {
    List<String> below = mounts.below(mountpoint);
    if (!below.isEmpty()) {
      return " by the mount " + below.getLast();
    }
    List<String> users = new MountUsers().of(mountpoint, MOST_USERS_NAMED + 1);
    if (users.isEmpty()) {
      return "";
    }
    boolean more = users.size() > MOST_USERS_NAMED;
    List<String> named = more ? users.subList(0, MOST_USERS_NAMED) : users;
    return " by process " + String.join(", ", named) + (more ? " and others" : "");
  }

  private static void awaitExit(PidFd daemon, KnownMount mount, boolean force)
      throws CommandFailure, IOException {
    if (daemon.awaitExit(force ? FORCED_EXIT_MILLIS : EXIT_MILLIS)) {
      return;
    }
    if (force) {
      daemon.sendSignal(PidFd.SIGKILL);
      if (daemon.awaitExit(KILL_MILLIS)) {
        return;
      }
    }
    throw new CommandFailure(
        "unmounted, but the daemon, process " + mount.pid() + ", has not ended",
        mount.mountpoint(),
        force
            ? "it waits for its backend, " + mount.source()
            : "it may be mounted in another namespace; to end it, run: ringmount unmount --force "
                + mount.mountpoint());
  }
}
