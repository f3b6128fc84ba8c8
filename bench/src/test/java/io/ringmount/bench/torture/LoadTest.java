package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Client processes on a plain directory. */
@Timeout(90)
class LoadTest {
  private static final LoadSettings SETTINGS = new LoadSettings(3, 50, 20_000, false, 1);

  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void makeRoot() throws Exception {
    root = Files.createDirectory(directory.resolve("root"));
    SharedDirectory.make(root, SETTINGS.clients());
  }

  private static List<ProcessHandle> clients() {
    return ProcessHandle.current()
        .children()
        .filter(
            child -> child.info().commandLine().orElse("").contains(TortureClient.class.getName()))
        .toList();
  }

  @Test
  void clientsSeeNothingWrongInASoundDirectory() throws Exception {
    try (Load load = Load.start(root, SETTINGS, directory)) {
      assertEquals(SETTINGS.clients(), clients().size());
      TimeUnit.SECONDS.sleep(3);
      load.finish();
      assertEquals(List.of(), load.violations());
      assertEquals(List.of(), load.canceled());
      assertFalse(load.hangs());
      assertTrue(load.calls() > 1000, () -> load.calls() + " calls");
      assertEquals(load.calls(), load.latencies().getTotalCount());
    }
    assertEquals(List.of(), clients());
  }

  @Test
  void aClientThatEndsTooEarlyIsAViolation() throws Exception {
    try (Load load = Load.start(root, SETTINGS, directory)) {
      clients().getFirst().destroyForcibly();
      for (int i = 0; !load.hangs() && i < 100; i++) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      assertTrue(load.hangs());
      load.finish();
      assertTrue(
          load.violations().stream().anyMatch(each -> each.contains("exit code 137")),
          () -> load.violations().toString());
    }
    assertEquals(List.of(), clients());
  }
}
