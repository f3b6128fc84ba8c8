package io.ringmount.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Cpu;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SoakTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir Path directory;

  private static SlowRequest slow(long millis, Instant end) {
    return new SlowRequest(millis * 1_000_000, end, Operation.FSTAT, 1, Think.sleeping(20));
  }

  private static SoakClient.Record record(SlowRequest slowest, SlowRequest latest) {
    return new SoakClient.Record(
        Client.latencies(), Client.latencies(), List.of(slowest), List.of(latest));
  }

  @Test
  void everyClientWorksOnItsProcessor() throws Exception {
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve(SampleData.INPUT).toFile(), "rw")) {
      file.setLength(SampleData.INPUT_SIZE);
    }
    List<Integer> cpus = Arrays.stream(Cpu.usable()).boxed().toList();
    Subject first = Subject.bare(directory);
    Subject second = Subject.bare(directory);
    var records = new Soak(List.of(first, second), cpus).run(1, _ -> {});
    assertEquals(Set.of(first, second), records.keySet());
    for (Subject subject : records.keySet()) {
      assertEquals(cpus.size(), records.get(subject).size());
      for (SoakClient.Record each : records.get(subject)) {
        assertTrue(each.requests().getTotalCount() > 0);
        assertEquals(each.requests().getTotalCount(), each.late().getTotalCount());
        assertFalse(each.slowest().isEmpty());
      }
    }
  }

  @Test
  void aClientThatFailsEndsTheSoak() {
    Subject empty = Subject.bare(directory);
    Exception failure =
        assertThrows(
            IllegalStateException.class,
            () -> new Soak(List.of(empty), List.of(Cpu.usable()[0])).run(600, _ -> {}));
    assertTrue(failure.getMessage().contains("ENOENT"), failure.getMessage());
  }

  @Test
  void pausesGoFromNoneToTenMillisecondsAndMeetTheBounds() {
    XorShift random = new XorShift(1);
    Set<Long> micros = new HashSet<>();
    Set<Boolean> asleep = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      Think pause = SoakClient.pause(random);
      micros.add(pause.nanos() / 1000);
      if (pause.nanos() > 0 && pause.nanos() <= 50_000) {
        asleep.add(pause.asleep());
      }
    }
    assertTrue(micros.containsAll(List.of(0L, 1L, 5L, 10L, 20L, 50L)));
    assertTrue(micros.stream().anyMatch(each -> each > 9_000), micros::toString);
    assertTrue(micros.stream().allMatch(each -> each <= 10_000), micros::toString);
    assertEquals(Set.of(true, false), asleep);
  }

  @Test
  void theSlowestAreKept() {
    SlowRequest.Slowest slowest = new SlowRequest.Slowest();
    LongStream.rangeClosed(1, 20)
        .map(i -> i * 8 % 21)
        .filter(millis -> slowest.admits(millis * 1_000_000))
        .forEach(millis -> slowest.add(slow(millis, NOON)));
    assertFalse(slowest.admits(13_000_000));
    assertTrue(slowest.admits(13_000_001));
    assertEquals(
        List.of(20.0, 19.0, 18.0, 17.0, 16.0, 15.0, 14.0, 13.0),
        SlowRequest.slowestOf(slowest.list().stream()).stream().map(SlowRequest::millis).toList());
  }

  @Test
  void requestsUnderWayAtOneMomentOverlap() {
    SlowRequest first = slow(10, NOON);
    assertTrue(first.overlaps(slow(5, NOON.plusMillis(4))));
    assertTrue(first.overlaps(slow(1, NOON.minusMillis(5))));
    assertTrue(slow(1, NOON.minusMillis(5)).overlaps(first));
    assertFalse(first.overlaps(slow(5, NOON.plusMillis(6))));
    assertFalse(first.overlaps(slow(5, NOON.minusMillis(11))));
  }

  @Test
  void theLimitIsForServersOnlyAndStallsAreNamed() {
    Subject server = Subject.bare(directory);
    Subject control = Subject.bare(directory);
    Map<Subject, List<SoakClient.Record>> records = new LinkedHashMap<>();
    records.put(server, List.of(record(slow(120, NOON), slow(130, NOON))));
    records.put(control, List.of(record(slow(500, NOON), slow(90, NOON.plusMillis(10)))));
    SoakReport strict = new SoakReport(records, control, 100);
    assertFalse(strict.withinLimit());
    assertTrue(new SoakReport(records, control, 125).withinLimit());
    assertTrue(strict.toString().contains("120.00 ms  2026-01-01T12:00:00Z  fstat on CPU 1"));
    assertTrue(strict.toString().contains("the control was 90.00 ms late then"));
  }
}
