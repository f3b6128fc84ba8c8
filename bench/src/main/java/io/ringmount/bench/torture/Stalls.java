package io.ringmount.bench.torture;

import io.ringmount.channels.linux.Cpu;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When the machine itself stood still: a thread on each processor that wants to run every few
 * milliseconds and notes when it came late. What a client waited at the same time says little of
 * its server.
 */
final class Stalls implements AutoCloseable {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final List<SlowCall> late = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean ended;

  Stalls() throws IOException {
    for (int cpu : Cpu.usable()) {
      Thread.ofPlatform().daemon().name("stalls-" + cpu).start(() -> watch(cpu));
    }
  }

  private void watch(int cpu) {
    Cpu.pinCurrentThread(cpu);
    long planned = System.nanoTime();
    while (!ended) {
      planned += PERIOD_NANOS;
      LockSupport.parkNanos(planned - System.nanoTime());
      long now = System.nanoTime();
      if (now - planned > Journal.SLOW_NANOS) {
        late.add(new SlowCall(planned, now, "CPU " + cpu));
        planned = now;
      }
    }
  }

  List<SlowCall> list() {
    synchronized (late) {
      return List.copyOf(late);
    }
  }

  @Override
  public void close() {
    ended = true;
  }
}
