package io.ringmount.daemon.control;

import io.ringmount.channels.linux.KernelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds out who serves a FUSE connection by the descriptors that processes hold, without touching
 * the mount. The kernel says in {@code fdinfo} which connection a descriptor is ({@code
 * fuse_dev_show_fdinfo}); older kernels do not, and other users' processes are hidden.
 */
public final class FuseServers {
  private static final Path DEVICE = Path.of("/dev/fuse");
  private static final String FIELD = "fuse_connection:";

  private final OpenFileSearch search;

  public FuseServers() {
    this(Path.of("/proc"));
  }

  FuseServers(Path proc) {
    search = new OpenFileSearch(proc);
  }

  /** Processes that hold a descriptor of the connection, ascending. */
  public List<Long> of(int connection) {
    return search.find(
        (link, target) -> target.equals(DEVICE) && connectionOf(link) == connection,
        Integer.MAX_VALUE);
  }

  /** Of {@code /proc/PID/fd/N}, as {@code /proc/PID/fdinfo/N} has it. */
  private static int connectionOf(Path descriptor) {
    Path fdinfo = descriptor.getParent().resolveSibling("fdinfo").resolve(descriptor.getFileName());
    try {
      String text = KernelFile.read(fdinfo);
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
