package io.ringmount.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ForeignLoadTest {
  @Test
  void isWhatTheMachineDidWithoutUs() {
    ForeignLoad begin = new ForeignLoad(1_000, 500, 300);
    assertEquals(0.25, begin.until(new ForeignLoad(2_000, 1_300, 600), 2));
    assertEquals(0.5, begin.until(new ForeignLoad(2_000, 1_300, 600), 1));
  }

  /** The two counts are not taken at the same moment. */
  @Test
  void isNeverNegativeNorMoreThanTheMachine() {
    ForeignLoad begin = new ForeignLoad(0, 0, 0);
    assertEquals(0, begin.until(new ForeignLoad(100, 50, 60), 1));
    assertEquals(1, begin.until(new ForeignLoad(100, 500, 0), 2));
  }

  @Test
  void aProcessIsReadBehindItsName() {
    String stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 9 0 0 0 30 12 0 0 20 0 1 0 5 6 7\n";
    assertEquals(420_000_000, ProcessorTime.ofProcess(stat));
  }

  @Test
  void theMachineIsBusyWithUserNiceSystemAndStolenTime() {
    String stat = "cpu  1 20 300 4000 50000 600000 7000000 8000 9 9\ncpu0 9 9 9 9 9 9 9 9 9 9\n";
    assertEquals(8_321L * 10_000_000, ProcessorTime.ofMachine(stat));
  }

  @Test
  void aChildIsCountedWithItsParent() throws Exception {
    Process child = new ProcessBuilder("sh", "-c", "while :; do :; done").start();
    try {
      long childTime = 0;
      while (childTime < 50_000_000) {
        Thread.sleep(20);
        childTime = ProcessorTime.of(child.toHandle());
      }
      ProcessHandle us = ProcessHandle.current();
      long ours = ProcessorTime.of(us);
      child.destroyForcibly().waitFor();
      assertTrue(ours - childTime > 0 && ProcessorTime.of(us) < ours + childTime);
    } finally {
      child.destroyForcibly();
    }
  }
}
