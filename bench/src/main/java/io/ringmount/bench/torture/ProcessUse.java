package io.ringmount.bench.torture;

import io.ringmount.channels.linux.KernelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a process has of the machine.
 *
 * @param descriptors that it has open
 * @param memoryKib of its own and shared, resident
 */
record ProcessUse(long descriptors, long memoryKib) {
  private static final String RESIDENT = "VmRSS:";

  static ProcessUse of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    long descriptors;
    try (Stream<Path> open = Files.list(process.resolve("fd"))) {
      descriptors = open.count();
    }
    long resident =
        KernelFile.read(process.resolve("status"))
            .lines()
            .filter(line -> line.startsWith(RESIDENT))
            .map(line -> line.replaceAll("\\D", ""))
            .mapToLong(Long::parseLong)
            .findFirst()
            .orElse(0);
    return new ProcessUse(descriptors, resident);
  }

  @Override
  public String toString() {
    return "%d descriptors, %.1f MB".formatted(descriptors, memoryKib / 1024.0);
  }
}
