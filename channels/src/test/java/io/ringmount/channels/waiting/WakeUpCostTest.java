package io.ringmount.channels.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Cpu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
class WakeUpCostTest {
  @Test
  void costIsMeasuredBetweenAnyTwoProcessors() throws Exception {
    int[] cpus = Cpu.usable();
    int last = cpus[cpus.length - 1];
    for (int waker : new int[] {cpus[0], last}) {
      long cost = WakeUpCost.measure(last, waker);
      assertTrue(cost >= 1, () -> cost + " ns");
    }
  }

  @Test
  void lowerQuartileWithoutTheCallsThemselvesCounts() {
    long[] woken = {50_000, 1_000_000, 40_000, 900_000, 0};
    long[] awake = {2_000, 900, 3_000_000, 4_000_000, 0};
    assertEquals(48_000, WakeUpCost.difference(woken, awake, 4));
    assertEquals(1, WakeUpCost.difference(awake, woken, 4));
  }

  @Test
  void absentProcessorIsRefusedAndNothingHangs() throws Exception {
    int cpu = Cpu.usable()[0];
    int absent = Cpu.possible()[Cpu.possible().length - 1] + 1;
    assertThrows(IllegalArgumentException.class, () -> WakeUpCost.measure(absent, cpu));
    assertThrows(IllegalArgumentException.class, () -> WakeUpCost.measure(cpu, absent));
    assertThrows(IllegalArgumentException.class, () -> WakeUpCost.measure(absent, absent));
  }
}
