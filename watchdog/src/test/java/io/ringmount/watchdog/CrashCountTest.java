package io.ringmount.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CrashCountTest {
  @Test
  void delayGrowsFromTheThirdCrashOnUntilADaemonHasSettled() {
    CrashCount crashes = new CrashCount();
    List<Long> delays = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      delays.add(crashes.delay().toSeconds());
      crashes.crashed();
    }
    assertEquals(List.of(0L, 0L, 0L, 1L, 2L, 4L, 8L, 16L, 30L, 30L), delays);
    for (int i = 0; i < 100; i++) {
      crashes.crashed();
    }
    assertEquals(30, crashes.delay().toSeconds());
    crashes.settled();
    assertEquals(0, crashes.delay().toSeconds());
  }
}
