package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@RequiresFuse
@Timeout(60)
class FuseMountIT {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(
      value = TransportKind.class,
      names = {"URING", "DEVICE"})
  void servesAFileSystemOfOnesOwn(TransportKind kind) throws Exception {
    MountOptions options = MountOptions.of("hello").withTransport(kind);
    try (FuseMount mount = FuseMount.mount(new HelloFileSystem(), directory, options)) {
      assertEquals(kind, mount.transport());
      assertEquals("Hello, world!\n", Files.readString(directory.resolve("hello")));
      try (Stream<Path> list = Files.list(directory)) {
        assertEquals(List.of(directory.resolve("hello")), list.toList());
      }
    }
  }
}
