package io.ringmount.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SampleDataTest {
  @TempDir Path directory;

  @Test
  void filesHaveTheirSizes() throws Exception {
    SampleData data = SampleData.write(directory);
    assertEquals(SampleData.INPUT_SIZE, Files.size(data.directory().resolve(SampleData.INPUT)));
    assertEquals(SampleData.OUTPUT_SIZE, Files.size(data.directory().resolve(SampleData.OUTPUT)));
  }

  @Test
  void theInputIsCachedExceptForColdReads() throws Exception {
    assumeFalse(
        Files.getFileStore(directory).type().equals("tmpfs"), "the page cache is all tmpfs has");
    SampleData data = SampleData.write(directory);
    assertTrue(cachedBy(data, Operation.RANDOM_READ));
    data.prepare(Operation.COLD_READ);
    assertFalse(data.isCached());
    assertTrue(cachedBy(data, Operation.SEQUENTIAL_READ));
  }

  /** The kernel may drop pages at any time, but not each time. */
  private boolean cachedBy(SampleData data, Operation operation) throws Exception {
    for (int i = 0; i < 10; i++) {
      data.prepare(operation);
      if (data.isCached()) {
        return true;
      }
    }
    return false;
  }
}
