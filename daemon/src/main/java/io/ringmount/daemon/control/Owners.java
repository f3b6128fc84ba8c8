package io.ringmount.daemon.control;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;

/** Whose word counts: root's and that of the user this process runs as. */
final class Owners {
  private Owners() {}

  /** Whether a file, or a link itself, belongs to one of the two. */
  static boolean isTrusted(Path file) throws IOException {
    return isTrusted(Files.getOwner(file, LinkOption.NOFOLLOW_LINKS));
  }

  static boolean isTrusted(UserPrincipal user) throws IOException {
    return user.equals(Files.getOwner(Path.of("/proc/self"))) || user.equals(root());
  }

  private static UserPrincipal root() throws IOException {
    // A number is understood where the system has no user database.
    return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("0");
  }
}
