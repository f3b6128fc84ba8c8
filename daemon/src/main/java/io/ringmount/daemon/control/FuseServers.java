package io.ringmount.daemon.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds out who serves a FUSE connection by the descriptors that processes hold, without touching
 * the mount. The kernel says in {@code fdinfo} which connection a descriptor is ({@code
 * fuse_dev_show_fdinfo}); older kernels do not, and other users' processes are hidden.
 */
public final class FuseServers {
  private static final String FIELD = "fuse_connection:";

  private final Path proc;

  public FuseServers() {
    this(Path.of("/proc"));
  }

  FuseServers(Path proc) {
    this.proc = proc;
  }

  /** Processes that hold a descriptor of the connection, ascending. */
  public List<Long> of(int connection) {
    List<Long> servers = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, connection)) {
          servers.add(Long.parseLong(process.getFileName().toString()));
        }
      }
    } catch (IOException | DirectoryIteratorException hidden) {
      return servers;
    }
    servers.sort(null);
    return servers;
  }

  private static boolean holds(Path process, int connection) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (isFuse(descriptor)
            && connectionOf(process.resolve("fdinfo").resolve(descriptor.getFileName()))
                == connection) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException endedOrHidden) {
      return false;
    }
    return false;
  }

  private static boolean isFuse(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().equals("/dev/fuse");
    } catch (IOException | InvalidPathException closed) {
      return false;
    }
  }

  private static int connectionOf(Path fdinfo) {
    try {
      String text = new String(Files.readAllBytes(fdinfo), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> line.startsWith(FIELD))
          .map(line -> Integer.parseInt(line.substring(FIELD.length()).strip()))
          .findFirst()
          .orElse(MountRecord.NOT_MOUNTED_YET);
    } catch (IOException | NumberFormatException unknown) {
      return MountRecord.NOT_MOUNTED_YET;
    }
  }
}
