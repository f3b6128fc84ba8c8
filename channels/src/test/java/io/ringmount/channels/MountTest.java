package io.ringmount.channels;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A test that mounts: on a directory of its own, and leaving nothing there. */
@RequiresFuse
@Timeout(60)
abstract class MountTest {
  static final byte[] HELLO = "Hello, world!\n".getBytes(US_ASCII);

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws Exception {
    int left = MountFixture.mountsAt(directory).size();
    MountFixture.clear(directory);
    assertEquals(0, left, "mounts left behind");
    MountFixture.assertNoChannelThreads();
  }

  FuseMount mount(FileSystem fileSystem, TransportKind kind) throws IOException {
    return FuseMount.mount(
        fileSystem, directory, MountOptions.builder("test").transport(kind).build());
  }

  static long statx(int fd, long path, long buffer) {
    int flags = FileFlags.AT_EMPTY_PATH | FileFlags.AT_STATX_FORCE_SYNC;
    return FileOps.statx(fd, path, flags, FileFlags.STATX_BASIC_STATS, buffer);
  }
}
