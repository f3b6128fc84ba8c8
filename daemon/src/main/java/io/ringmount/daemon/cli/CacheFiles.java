package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.Credentials;
import io.ringmount.daemon.control.ControlClient;
import io.ringmount.daemon.control.MountTable;
import io.ringmount.daemon.control.RunRoot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** The mount and the files of it that a {@code cache} command is about. */
final class CacheFiles {
  private static final String STANDARD_INPUT = "-";

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "The mount.")
  private Path mountpoint;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "PATH",
      description =
          "Files, or directories with all that is in them; relative to MOUNTPOINT, or absolute and"
              + " in it. -: one a line from standard input.")
  private final List<String> paths = new ArrayList<>();

  Path mountpoint() {
    return mountpoint;
  }

  /** Whether no files are named. */
  boolean isEmpty() {
    return paths.isEmpty();
  }

  /** The mount, which has a cache. */
  ServingMount mount() throws CommandFailure, IOException {
    return mount(mountpoint);
  }

  /** The mount at a path, which has a cache. */
  static ServingMount mount(Path mountpoint) throws CommandFailure, IOException {
    if (!Credentials.hasSysAdmin()) {
      throw CommandFailure.reported("cache needs root: run with sudo");
    }
    RunRoot root = RunRoot.standard();
    ServingMount mount = ServingMount.at(mountpoint, new MountTable(root, true), root);
    if (mount.ask("status", ControlClient::status).cache() == null) {
      throw new CommandFailure(
          "this mount has no cache", mountpoint.toString(), "mount it with -o cache_dir=DIR");
    }
    return mount;
  }

  /** The regular files that are meant, relative to the mount point; all, if none are named. */
  List<String> find() throws CommandFailure, IOException {
    Path top = mountpoint.toRealPath();
    List<String> files = new ArrayList<>();
    for (String each : given()) {
      Path start = top.resolve(each);
      try {
        start = start.toRealPath();
      } catch (IOException e) {
        throw new CommandFailure("cannot be found", start.toString(), e);
      }
      if (!start.startsWith(top)) {
        throw new CommandFailure("is not in the mount", start.toString(), "name files of " + top);
      }
      Files.walkFileTree(
          start,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()) {
                files.add(top.relativize(file).toString());
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return files;
  }

  private List<String> given() {
    if (paths.isEmpty()) {
      return List.of("");
    }
    List<String> given = new ArrayList<>();
    for (String each : paths) {
      if (each.equals(STANDARD_INPUT)) {
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        lines.lines().filter(line -> !line.isEmpty()).forEach(given::add);
      } else {
        given.add(each);
      }
    }
    return given;
  }
}
