package io.ringmount.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringmount.channels.FuseMount;
import io.ringmount.channels.MountOptions;
import io.ringmount.channels.linux.Credentials;
import io.ringmount.channels.linux.FuseDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the operations cost a server. */
@Timeout(60)
class OperationIT {
  private static final int TIMES = 50;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void eachIsOneRequest(Operation operation) throws Exception {
    assumeTrue(
        Files.isWritable(FuseDevice.PATH) && Credentials.hasSysAdmin(), "mounting needs root");
    CountingFileSystem counting = new CountingFileSystem();
    try (FuseMount _ = FuseMount.mount(counting, directory, MountOptions.of("bench"));
        ClientFile file = new ClientFile(directory, operation, 1, 4)) {
      operation.run(file, 1, 0);
      counting.take();
      for (int i = 1; i <= TIMES; i++) {
        operation.run(file, i, i);
      }
      String kind =
          switch (operation) {
            case FSTAT -> "getattr";
            case LOOKUP -> "lookup";
            case RANDOM_READ, STORAGE_READ, COLD_READ -> "read 4096";
            case SEQUENTIAL_READ -> "read 1048576";
            case RANDOM_WRITE -> "write 4096";
            case SEQUENTIAL_WRITE -> "write 1048576";
          };
      assertEquals(Map.of(kind, TIMES), counting.take());
    }
  }
}
