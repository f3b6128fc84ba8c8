package io.ringmount.channels.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.ThreadMXBean;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.wire.Opcode;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Everything recorded is counted once, under its own name, and costs no garbage. */
@Timeout(60)
class ChannelMetricsTest {
  private static final int CUSE_INIT = 4096;

  /** The compilers finish in the background what the warm-up made hot. */
  private static final int SETTLE_MILLIS = 300;

  private final MetricsFile file =
      MetricsFile.inMemory(
          List.of(new ChannelIdentity("channel-0", 0), new ChannelIdentity("channel-1", 1)));
  private final ChannelMetrics channel = file.channels().get(1);

  @Test
  void eachEventCountsWhatItIs() throws Exception {
    channel.received(Opcode.READ);
    channel.received(Opcode.READ);
    channel.received(Opcode.LOOKUP);
    assertEquals(3, channel.inFlight());
    channel.completed(Opcode.READ, 0, 100, 1_000);
    channel.completed(Opcode.LOOKUP, Errno.ENOENT, 100, 1_000);
    channel.abandoned();
    assertEquals(0, channel.inFlight());
    channel.failed();
    channel.malformed();
    channel.interrupted();
    channel.systemCall();
    channel.systemCall();
    channel.batch(0);
    channel.batch(5);
    channel.batch(2);
    channel.polled(true, 300);
    channel.polled(false, 40);
    channel.polled(false, 50);
    channel.polled(false, -1);
    channel.waited();
    channel.blocked(700);
    channel.blocked(-1);
    channel.stolen(4);
    channel.moved();
    channel.lent();
    channel.boosted();
    channel.detached();
    channel.recovered(true);

    Map<Metric, Long> expected = new EnumMap<>(Metric.class);
    Metric.STORED.forEach(each -> expected.put(each, 1L));
    expected.put(Metric.REQUESTS, 3L);
    expected.put(Metric.ANSWERED, 2L);
    expected.put(Metric.SYSTEM_CALLS, 2L);
    expected.put(Metric.COMMITS, 7L);
    expected.put(Metric.BATCHES, 2L);
    expected.put(Metric.BATCH_MAX, 5L);
    expected.put(Metric.POLL_MISSES, 3L);
    expected.put(Metric.POLL_HIT_TIME, 300L);
    expected.put(Metric.POLL_MISS_TIME, 90L);
    expected.put(Metric.BLOCKED, 2L);
    expected.put(Metric.BLOCKED_TIME, 700L);
    expected.put(Metric.IN_FLIGHT_MAX, 3L);
    expected.put(Metric.STOLEN, 4L);
    MetricsSnapshot snapshot = file.reader().snapshot(1);
    for (Metric metric : Metric.STORED) {
      assertEquals(expected.get(metric), channel.value(metric), metric.name());
      assertEquals(expected.get(metric), snapshot.value(metric), metric.name());
      assertEquals(0, file.channels().get(0).value(metric), metric.name());
    }
    assertEquals(Map.of(Errno.ENOENT, 1L), snapshot.errors());
  }

  @Test
  void operationsAreToldApart() throws Exception {
    channel.received(Opcode.READ);
    channel.completed(Opcode.READ, 0, 500, 5_000);
    for (int opcode : new int[] {CUSE_INIT, -1, 0, 64, Integer.MAX_VALUE}) {
      channel.received(opcode);
      channel.completed(opcode, Errno.ENOSYS, 0, Long.MAX_VALUE);
    }
    channel.received(63);

    MetricsSnapshot snapshot = file.reader().snapshot(1);
    List<OperationSnapshot> operations = snapshot.operations();
    assertEquals(
        List.of("OTHER", "READ", "63"), operations.stream().map(OperationSnapshot::name).toList());
    OperationSnapshot other = snapshot.operation(CUSE_INIT);
    assertEquals(5, other.requests());
    assertEquals(5, other.latency().count());
    assertEquals(Long.MAX_VALUE, other.latency().max());
    assertEquals(0, other.queueTime().max());
    OperationSnapshot read = snapshot.operation(Opcode.READ);
    assertEquals(5_000, read.latency().max());
    assertEquals(500, read.queueTime().max());
    assertEquals(1, snapshot.operation(63).requests());
    assertEquals(0, snapshot.operation(63).latency().count());
    assertEquals(0, snapshot.operation(Opcode.WRITE).requests());
  }

  @Test
  void errorsAreToldApart() throws Exception {
    for (int errno : new int[] {1, 133, 134, -5, Integer.MAX_VALUE, 0}) {
      channel.completed(Opcode.READ, errno, 0, 0);
    }
    assertEquals(Map.of(0, 3L, 1, 1L, 133, 1L), file.reader().snapshot(1).errors());
  }

  @Test
  void moreAnswersThanRequestsAreNotNegative() throws Exception {
    channel.completed(Opcode.READ, 0, 0, 0);
    assertEquals(0, channel.inFlight());
    assertEquals(0, channel.value(Metric.IN_FLIGHT));
    assertEquals(0, file.reader().snapshot(1).value(Metric.IN_FLIGHT));
  }

  @Test
  void metricsOfManyValuesAreNoNumber() {
    assertThrows(IllegalArgumentException.class, () -> channel.value(Metric.ERRORS));
    assertThrows(
        IllegalArgumentException.class,
        () -> MetricsSnapshot.EMPTY.value(Metric.OPERATION_LATENCY));
  }

  @Test
  void threadsLoseNothing() throws Exception {
    int rounds = 300_000;
    channel.received(Opcode.WRITE);
    // Several numbers each, so that the threads meet at the same one less often.
    twice(10 * rounds, i -> channel.completed(Opcode.WRITE, Errno.EIO, 1_000, 2_000));
    twice(rounds, i -> channel.failed());
    twice(rounds, i -> channel.malformed());
    twice(rounds, i -> channel.interrupted());
    twice(rounds, i -> channel.systemCall());
    twice(rounds, i -> channel.batch(3));
    twice(rounds, i -> channel.blocked(2));
    twice(rounds, i -> channel.stolen(2));
    twice(rounds, i -> channel.detached());
    twice(rounds, i -> channel.abandoned());

    MetricsSnapshot snapshot = file.reader().snapshot(1);
    for (Metric metric :
        List.of(
            Metric.FAILED,
            Metric.MALFORMED,
            Metric.INTERRUPTED,
            Metric.SYSTEM_CALLS,
            Metric.BATCHES,
            Metric.BLOCKED,
            Metric.DETACHED,
            Metric.ABANDONED)) {
      assertEquals(2L * rounds, snapshot.value(metric), metric.name());
    }
    assertEquals(6L * rounds, snapshot.value(Metric.COMMITS));
    assertEquals(4L * rounds, snapshot.value(Metric.BLOCKED_TIME));
    assertEquals(4L * rounds, snapshot.value(Metric.STOLEN));
    assertEquals(20L * rounds, snapshot.value(Metric.ANSWERED));
    assertEquals(20L * rounds, snapshot.errors().get(Errno.EIO));
    OperationSnapshot write = snapshot.operation(Opcode.WRITE);
    assertEquals(20L * rounds, write.latency().count());
    assertEquals(20L * rounds, write.queueTime().count());
  }

  @Test
  void largerOfTwoSimultaneousMaximaStays() throws Exception {
    int rounds = 20_000;
    AtomicInteger arrived = new AtomicInteger();
    AtomicInteger values = new AtomicInteger();
    AtomicInteger lost = new AtomicInteger();
    twice(
        rounds,
        round -> {
          meet(arrived, 4 * round + 2);
          channel.batch(values.incrementAndGet());
          meet(arrived, 4 * round + 4);
          if (channel.value(Metric.BATCH_MAX) < 2L * round + 2) {
            lost.incrementAndGet();
          }
        });
    assertEquals(0, lost.get());
    assertEquals(2L * rounds, channel.value(Metric.BATCH_MAX));
  }

  /** Waits for the arrival number {@code count}. */
  private static void meet(AtomicInteger arrived, int count) {
    arrived.incrementAndGet();
    while (arrived.get() < count) {
      Thread.yield();
    }
  }

  /** Two threads at once, each {@code rounds} times. */
  private static void twice(int rounds, IntConsumer recording) throws InterruptedException {
    CountDownLatch together = new CountDownLatch(2);
    Thread[] threads = new Thread[2];
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          Thread.ofPlatform()
              .start(() -> {
                together.countDown();
                while (together.getCount() > 0) {
                  Thread.onSpinWait();
                }
                for (int i = 0; i < rounds; i++) {
                  recording.accept(i);
                }
              });
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void recordingAllocatesNothing() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int round = 0; round < 5; round++) {
      recordEverything(20_000);
    }
    Thread.sleep(SETTLE_MILLIS);
    recordEverything(20_000);
    long before = threads.getCurrentThreadAllocatedBytes();
    recordEverything(50_000);
    assertEquals(before, threads.getCurrentThreadAllocatedBytes());
  }

  private void recordEverything(int times) {
    for (int i = 0; i < times; i++) {
      channel.received(i & 127);
      channel.polled((i & 1) == 0, i);
      channel.waited();
      channel.systemCall();
      channel.batch(i & 7);
      channel.completed(i & 127, i & 255, i, (long) i * i);
      channel.failed();
      channel.malformed();
      channel.interrupted();
      channel.blocked(i);
      channel.stolen(1);
      channel.detached();
      channel.abandoned();
      channel.inFlight();
    }
  }
}
