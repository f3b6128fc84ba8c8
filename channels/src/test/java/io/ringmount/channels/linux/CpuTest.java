package io.ringmount.channels.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class CpuTest {
  private static final String ALLOWED = "Cpus_allowed_list:";

  /** The processors that the calling thread may use, as the kernel says. */
  private static int[] allowed() throws IOException {
    return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
        .filter(line -> line.startsWith(ALLOWED))
        .map(line -> Cpu.parse(line.substring(ALLOWED.length()).strip()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void listsAreRead() {
    assertArrayEquals(new int[] {0, 1, 2, 3, 8}, Cpu.parse("0-3,8"));
    assertArrayEquals(new int[] {0}, Cpu.parse("0"));
    assertArrayEquals(new int[] {5, 6, 64}, Cpu.parse("5-6,64-64"));
    assertArrayEquals(new int[] {}, Cpu.parse(""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "1-", "-1", "3-1", "1,,2", "1-2-3", "0-99999999999", "0-99999"})
  void otherTextIsRefused(String list) {
    assertThrows(IllegalArgumentException.class, () -> Cpu.parse(list));
  }

  @Test
  void machineHasProcessors() throws IOException {
    int[] possible = Cpu.possible();
    int[] online = Cpu.online();
    assertTrue(online.length >= Runtime.getRuntime().availableProcessors());
    assertTrue(possible.length >= online.length);
    List<Integer> all = new ArrayList<>();
    for (int each : possible) {
      all.add(each);
    }
    for (int each : online) {
      assertTrue(all.contains(each));
    }
  }

  @Test
  void pinnedThreadMayUseItsProcessorOnly() throws Exception {
    int[] before = allowed();
    for (int cpu : before) {
      CompletableFuture<int[]> seen = new CompletableFuture<>();
      Thread.ofPlatform()
          .start(() -> {
            try {
              Cpu.pinCurrentThread(cpu);
              seen.complete(allowed());
            } catch (Throwable e) {
              seen.completeExceptionally(e);
            }
          });
      assertArrayEquals(new int[] {cpu}, seen.get(20, TimeUnit.SECONDS));
    }
    assertArrayEquals(before, allowed(), "other threads stay as they are");
  }

  @Test
  void absentProcessorIsRefused() throws Exception {
    int[] before = allowed();
    int absent = Cpu.possible()[Cpu.possible().length - 1] + 1;
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Cpu.pinCurrentThread(absent));
    assertTrue(e.getMessage().contains("processor " + absent), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Cpu.pinCurrentThread(-1));
    assertThrows(IllegalArgumentException.class, () -> Cpu.pinCurrentThread(1 << 20));
    assertArrayEquals(before, allowed());
    assertEquals(before.length, allowed().length);
  }

  @Test
  void processorsThatAreOfflineAreNotUsable() throws Exception {
    assertArrayEquals(new int[] {1, 2, 3}, Cpu.both(Cpu.parse("1-3,5,8-127"), Cpu.parse("0-3,6")));
    assertArrayEquals(allowed(), Cpu.usable());
  }
}
