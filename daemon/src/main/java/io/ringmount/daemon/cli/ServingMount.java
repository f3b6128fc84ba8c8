package io.ringmount.daemon.cli;

import io.ringmount.daemon.control.ControlClient;
import io.ringmount.daemon.control.KnownMount;
import io.ringmount.daemon.control.MountState;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.nio.file.Path;

/** Finds a mount and its daemon, to ask the daemon something. */
final class ServingMount {
  private final KnownMount mount;
  private final RunRoot root;

  private ServingMount(KnownMount mount, RunRoot root) {
    this.mount = mount;
    this.root = root;
  }

  /** A question to the daemon. */
  @FunctionalInterface
  interface Question<T> {
    T ask(ControlClient daemon) throws IOException;
  }

  /** The mount at a path. */
  static ServingMount at(Path mountpoint, MountTable mounts, RunRoot root) throws CommandFailure {
    try {
      Path resolved = MountPaths.resolve(mounts, mountpoint);
      return mounts
          .find(resolved)
          .map(mount -> new ServingMount(mount, root))
          .orElseThrow(() ->
              new CommandFailure("no Ringmount mount", resolved.toString(), "see: ringmount list"));
    } catch (IOException e) {
      throw new CommandFailure("no Ringmount mount", mountpoint.toString(), e);
    }
  }

  static ServingMount of(KnownMount mount, RunRoot root) {
    return new ServingMount(mount, root);
  }

  /**
   * @param what the daemon is asked for, such as {@code status}
   */
  <T> T ask(String what, Question<T> question) throws CommandFailure {
    if (mount.state() == MountState.DEAD) {
      throw new CommandFailure(
          "the daemon of this mount is gone",
          mount.mountpoint(),
          "mount there again, or clean up with: ringmount unmount " + mount.mountpoint());
    }
    try {
      return question.ask(new ControlClient(root.at(mount.mountpoint()).socket()));
    } catch (IOException e) {
      throw new CommandFailure(
          "process " + mount.pid() + " gives no " + what, mount.mountpoint(), e);
    }
  }
}
