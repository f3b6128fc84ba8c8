package io.ringmount.bench.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MountUseTest {
  private static ProcessUse process(int fuse, int mib) {
    return new ProcessUse(new Descriptors(Map.of("/dev/fuse", fuse)), mib * 1024L);
  }

  private static MountUse use(ProcessUse daemon, ProcessUse watchdog) {
    return new MountUse(daemon, Optional.of(watchdog));
  }

  private static final MountUse BEFORE = use(process(1, 100), process(1, 50));

  @Test
  void whatStaysFlatIsRight() {
    MountUse later = use(process(9, 214), process(9, 114));
    assertEquals(List.of(), BEFORE.moreDescriptors(later));
    assertEquals(List.of(), BEFORE.moreMemory(later));
  }

  @Test
  void descriptorsOfEitherProcessAreWatched() {
    assertEquals(
        List.of("daemon: 10 descriptors of /dev/fuse, before 1"),
        BEFORE.moreDescriptors(use(process(10, 100), process(1, 50))));
    assertEquals(
        List.of("watchdog: 10 descriptors of /dev/fuse, before 1"),
        BEFORE.moreDescriptors(use(process(1, 100), process(10, 50))));
  }

  @Test
  void memoryOfEitherProcessIsWatched() {
    assertEquals(
        List.of("daemon: 215.0 MB, before 100.0"),
        BEFORE.moreMemory(use(process(1, 215), process(1, 50))));
    assertEquals(
        List.of("watchdog: 115.0 MB, before 50.0"),
        BEFORE.moreMemory(use(process(1, 100), process(1, 115))));
  }

  @Test
  void aMountNeedsNoWatchdog() {
    MountUse alone = new MountUse(process(1, 100), Optional.empty());
    assertEquals(List.of(), alone.moreDescriptors(BEFORE));
    assertEquals(List.of(), BEFORE.moreMemory(alone));
    assertTrue(alone.toString().endsWith("watchdog none"), alone::toString);
  }

  @Test
  void aProcessUsesDescriptorsAndMemory() throws IOException {
    long self = ProcessHandle.current().pid();
    MountUse use = MountUse.of(new ServiceState(self, 0, 1), Path.of("/none"));
    assertEquals(Optional.empty(), use.watchdog());
    assertTrue(use.daemon().descriptors().total() > 2, use::toString);
    assertTrue(use.daemon().memoryKib() > 1000, use::toString);
  }
}
