package io.ringmount.daemon.cli;

import io.ringmount.channels.linux.KernelFile;
import io.ringmount.daemon.control.OpenFileSearch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Which processes use a mount, by the names of what they have open. */
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
    return new OpenFileSearch(proc)
        .find((_, target) -> target.startsWith(mountpoint), most).stream()
            .map(process -> process + " (" + name(process) + ")")
            .toList();
  }

  private String name(long process) {
    try {
      return CommandFailure.oneLine(
          KernelFile.read(proc.resolve(Long.toString(process)).resolve("comm")));
    } catch (IOException ended) {
      return "?";
    }
  }
}
