package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** The memory of slots that this process has mapped. */
final class MappedSlots {
  private static final String NAME = "/memfd:ringmount-slots";
  private static final int INODE = 4;

  private final Set<String> before = now();

  MappedSlots() throws IOException {}

  /** The kernel's number of each region. */
  private static Set<String> now() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains(NAME))
        .map(line -> line.split("\\s+")[INODE])
        .collect(Collectors.toSet());
  }

  /** Regions have been mapped since, or undone. */
  void assertMore(int count) throws IOException {
    assertEquals(before.size() + count, now().size());
  }

  /** What closes a mount does not end, nor is the mount's memory gone, while it is in use. */
  void assertKept(Future<?> closing) throws IOException {
    assertThrows(TimeoutException.class, () -> closing.get(300, TimeUnit.MILLISECONDS));
    assertMore(1);
  }
}
