package io.ringmount.daemon.cli;

import io.ringmount.daemon.control.MountTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds out which mount point a path means without touching what is mounted there. */
final class MountPaths {
  /** As many as the kernel follows. */
  private static final int MOST_LINKS = 40;

  private MountPaths() {}

  /**
   * The path, absolute and without links. A mount at its end, dead or hanging, is not looked at;
   * its parent directories are.
   */
  static Path resolve(MountTable mounts, Path path) throws IOException {
    Path plain = path.toAbsolutePath().normalize();
    if (mounts.find(plain).isPresent()) {
      return plain;
    }
    Path current = path.toAbsolutePath();
    for (int i = 0; i < MOST_LINKS; i++) {
      Path name = current.getFileName();
      if (name == null || name.toString().equals("..") || name.toString().equals(".")) {
        return current.toRealPath();
      }
      current = current.getParent().toRealPath().resolve(name);
      if (mounts.find(current).isPresent() || !Files.isSymbolicLink(current)) {
        return current;
      }
      current = current.resolveSibling(Files.readSymbolicLink(current));
    }
    throw new IOException(path + ": too many levels of symbolic links");
  }
}
