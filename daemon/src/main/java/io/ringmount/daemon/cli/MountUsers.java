package io.ringmount.daemon.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which processes use a mount, by the names of what they have open. Reads links in {@code /proc}
 * only, so that a mount that hangs does not matter.
 */
final class MountUsers {
  private final Path proc;

  MountUsers() {
    this(Path.of("/proc"));
  }

  MountUsers(Path proc) {
    this.proc = proc;
  }

  /** Up to {@code most} of them, as {@code 123 (name)}; hidden processes are not found. */
  List<String> of(Path mountpoint, int most) {
    List<String> users = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        if (users.size() < most && uses(process, mountpoint)) {
          users.add(process.getFileName() + " (" + name(process) + ")");
        }
      }
    } catch (IOException | DirectoryIteratorException hidden) {
      return users;
    }
    return users;
  }

  private static boolean uses(Path process, Path mountpoint) {
    if (Stream.of("cwd", "root", "exe")
        .anyMatch(link -> leadsInto(process.resolve(link), mountpoint))) {
      return true;
    }
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (leadsInto(descriptor, mountpoint)) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException endedOrHidden) {
      return false;
    }
    return false;
  }

  private static boolean leadsInto(Path link, Path mountpoint) {
    try {
      return Files.readSymbolicLink(link).startsWith(mountpoint);
    } catch (IOException | InvalidPathException gone) {
      return false;
    }
  }

  private static String name(Path process) {
    try {
      byte[] name = Files.readAllBytes(process.resolve("comm"));
      return CommandFailure.oneLine(new String(name, StandardCharsets.UTF_8));
    } catch (IOException ended) {
      return "?";
    }
  }
}
