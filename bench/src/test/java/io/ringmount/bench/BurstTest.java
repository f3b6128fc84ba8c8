package io.ringmount.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class BurstTest {
  private static Client.Record client(long begin, long end, long... latencies) {
    Histogram histogram = Client.latencies();
    for (long each : latencies) {
      Client.note(histogram, each);
    }
    return new Client.Record(histogram, begin, end);
  }

  @Test
  void lastsFromTheFirstBeginningToTheLastEnd() {
    Burst burst =
        Burst.of(
            List.of(client(1_000, 5_000, 1000, 1000, 1000), client(2_000, 11_000, 9000)),
            400,
            0.25);
    assertEquals(4 / 10e-6, burst.operationsPerSecond(), 1e-6);
    assertEquals(100, burst.serverNanosPerOperation());
    assertEquals(1, burst.percentileMicros(50), 0.01);
    assertEquals(9, burst.percentileMicros(99), 0.01);
    assertEquals(0.25, burst.foreignLoad());
  }

  @Test
  void aLatencyBeyondTheHighestIsRecordedAsThat() {
    Burst burst = Burst.of(List.of(client(0, 1, Long.MAX_VALUE)), 0, 0);
    assertEquals(60e6, burst.percentileMicros(100), 60e3);
  }
}
