package io.ringmount.bench.torture;

import io.ringmount.channels.linux.KernelFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a process has of the machine.
 *
 * @param descriptors that it has open
 * @param memoryKib of its own and shared, resident
 */
record ProcessUse(Descriptors descriptors, long memoryKib) {
  private static final String RESIDENT = "VmRSS:";
  private static final double KIB_PER_MIB = 1024;

  /**
   * Looks at a process.
   *
   * @param source the mirrored directory, by its real path
   */
  static ProcessUse of(long pid, Path source) throws IOException {
    long resident =
        KernelFile.read(Path.of("/proc", Long.toString(pid), "status"))
            .lines()
            .filter(line -> line.startsWith(RESIDENT))
            .map(line -> line.replaceAll("\\D", ""))
            .mapToLong(Long::parseLong)
            .findFirst()
            .orElse(0);
    return new ProcessUse(Descriptors.of(pid, source), resident);
  }

  double memoryMib() {
    return memoryKib / KIB_PER_MIB;
  }

  @Override
  public String toString() {
    return "%d descriptors, %.1f MB".formatted(descriptors.total(), memoryMib());
  }
}
