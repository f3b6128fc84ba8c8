package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescriptorsTest {
  private static final Path SOURCE = Path.of("/torture7/source");

  private static Descriptors of(String... links) {
    return Descriptors.of(List.of(links), SOURCE);
  }

  private static Descriptors sockets(int number) {
    return Descriptors.of(Collections.nCopies(number, "socket:[5]"), SOURCE);
  }

  @Test
  void kindsDifferInMoreThanNumbers() {
    Descriptors some =
        of(
            "socket:[17]",
            "socket:[18]",
            "anon_inode:[eventfd]",
            "/memfd:ringmount-slots (deleted)",
            "/dev/fuse",
            "/run/metrics-3 (deleted)",
            "/run/metrics-4 (deleted)",
            "/torture7/source");
    assertEquals(
        Map.of(
            "socket:[#]", 2,
            "anon_inode:[eventfd]", 1,
            "/memfd:ringmount-slots (deleted)", 1,
            "/dev/fuse", 1,
            "/run/metrics-# (deleted)", 2,
            "/torture#/source", 1),
        some.byKind());
    assertEquals(8, some.total());
  }

  @Test
  void onlyDeletedFilesOfTheSourceCount() {
    assertEquals(
        Map.of(Descriptors.DELETED_SOURCE, 2, "/torture#/sources/c", 1),
        of(
                "/torture7/source/a",
                "/torture7/source/a/b",
                "/torture7/source/a (deleted)",
                "/torture7/source/x/y (deleted)",
                "/torture7/sources/c")
            .byKind());
  }

  @Test
  void growthBeyondTheAllowanceIsTold() {
    assertEquals(List.of(), sockets(2).growth(sockets(10), 8));
    assertEquals(
        List.of("11 descriptors of socket:[#], before 2"), sockets(2).growth(sockets(11), 8));
    assertEquals(List.of("9 descriptors of socket:[#], before 0"), of().growth(sockets(9), 8));
    assertEquals(List.of(), sockets(11).growth(of(), 8));
  }

  @Test
  void aProcessThatLeaksIsFound(@TempDir Path directory) throws IOException {
    Path source = Files.createDirectory(directory.toRealPath().resolve("source"));
    Path file = Files.createFile(source.resolve("file"));
    long self = ProcessHandle.current().pid();
    Descriptors before = Descriptors.of(self, source);
    assertTrue(before.total() > 2, before::toString);
    List<InputStream> open = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        open.add(Files.newInputStream(file));
      }
      assertEquals(List.of(), before.growth(Descriptors.of(self, source), 50));
      Files.delete(file);
      assertEquals(
          List.of("100 descriptors of " + Descriptors.DELETED_SOURCE + ", before 0"),
          before.growth(Descriptors.of(self, source), 50));
    } finally {
      for (InputStream each : open) {
        each.close();
      }
    }
  }
}
