package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.MountEntry;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.daemon.control.KnownMount;
import io.ringmount.daemon.control.MountState;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunDirectory;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Undoes what is left of a mount whose daemon and watchdog have both ended, if it surely is that: a
 * mount of ours under the connection that its entry in the run directory names. Never looks at what
 * is mounted.
 */
final class DeadMount {
  private final RunRoot root;
  private final MountTable mounts;

  DeadMount(RunRoot root, MountTable mounts) {
    this.root = root;
    this.mounts = mounts;
  }

  /**
   * Undoes the topmost mount at a path if it is dead; those who still wait for it get errors.
   *
   * @return one line that says so; empty when nothing was done
   * @throws CommandFailure when there is one that cannot be undone without another program's mount
   */
  Optional<String> remove(Path mountpoint) throws CommandFailure {
    try {
      if (mounts.all(mountpoint).stream().noneMatch(DeadMount::isDead)) {
        return Optional.empty();
      }
      requireUncovered(mountpoint);
      RunDirectory entry = root.at(mountpoint);
      return root.clear(entry, () -> undo(mountpoint, entry))
          .map(kept -> describe(mountpoint, kept));
    } catch (IOException e) {
      throw new CommandFailure("a dead Ringmount mount cannot be undone", mountpoint.toString(), e);
    }
  }

  private static boolean isDead(KnownMount mount) {
    return mount.state() == MountState.DEAD;
  }

  private void requireUncovered(Path mountpoint) throws CommandFailure, IOException {
    Optional<String> type = mounts.topmost(mountpoint).map(MountEntry::fsType);
    if (type.isPresent() && !type.get().equals(MountTable.FS_TYPE)) {
      throw new CommandFailure(
          "a dead Ringmount mount is in the way, beneath one of type " + type.get(),
          mountpoint.toString(),
          "first run: umount " + mountpoint);
    }
    List<String> within = mounts.below(mountpoint);
    if (!within.isEmpty()) {
      throw new CommandFailure(
          "a dead Ringmount mount is in the way, and on it the mount " + within.getLast(),
          mountpoint.toString(),
          "to undo both, run: ringmount unmount --force " + mountpoint);
    }
  }

  /** Called while no mount of ours can be made. */
  private boolean undo(Path mountpoint, RunDirectory entry) throws IOException {
    Optional<KnownMount> dead = mounts.find(mountpoint).filter(DeadMount::isDead);
    boolean registered =
        dead.isPresent()
            && entry.record().filter(of -> of.connection() == dead.get().connection()).isPresent();
    if (registered) {
      // Forcing aborts the connection, which frees those who wait; detaching then cannot fail.
      Mounts.umount(mountpoint, Mounts.MNT_FORCE | Mounts.MNT_DETACH | Mounts.UMOUNT_NOFOLLOW);
    }
    return registered;
  }

  private static String describe(Path mountpoint, List<Path> kept) {
    String log =
        kept.isEmpty()
            ? ""
            : "; what it left is kept: "
                + kept.stream().map(Path::toString).collect(Collectors.joining(", "));
    return mountpoint + " was a dead mount, whose daemon and watchdog had ended: undone" + log;
  }
}
