package io.ringmount.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.RequiresFuse;
import io.ringmount.channels.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Directories that everybody may enter, and mounts, none of which is left after a test. */
@RequiresFuse
public abstract class MountedDirectories {
  /** An upgrade is over sooner. */
  private static final String SHORT_PROBATION = "-Dringmount.watchdog.probation=300";

  @TempDir protected Path work;
  private final Deque<Path> mountpoints = new ArrayDeque<>();
  private Programs programs;

  @BeforeEach
  protected final void prepare() throws IOException {
    programs = new Programs(work.resolve("run")).withJavaFlags(List.of(SHORT_PROBATION));
    open(work);
  }

  /** The last first, as it may be inside another. */
  @AfterEach
  protected final void unmountAll() throws IOException {
    for (Path each : mountpoints) {
      while (Mounts.find(each).isPresent()) {
        Mounts.umount(each, Mounts.MNT_DETACH);
      }
    }
  }

  protected final Programs programs() {
    return programs;
  }

  protected final Path directory(String name) throws IOException {
    return open(Files.createDirectory(work.resolve(name)));
  }

  private static Path open(Path directory) throws IOException {
    return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** {@code ringmount ARGUMENTS}, which must work. */
  protected final void ringmount(Object... arguments) throws IOException, InterruptedException {
    Programs.Outcome outcome = programs.ringmount(arguments);
    assertEquals(0, outcome.code(), outcome.err());
  }

  /** Mirrors the backend, as {@code mount -o OPTIONS} does. */
  protected final Path mount(Path backend, Path mountpoint, String options)
      throws IOException, InterruptedException {
    mountpoints.push(mountpoint);
    ringmount("mount", backend, mountpoint, "-o", options);
    return mountpoint;
  }

  protected final void unmount(Path mountpoint) throws IOException, InterruptedException {
    ringmount("unmount", mountpoint);
  }

  /** Mounts what is not ours. */
  protected final Path mountOther(String type, Path at, String data) throws IOException {
    mountpoints.push(at);
    Mounts.mount(type, at, type, 0, data);
    return at;
  }
}
