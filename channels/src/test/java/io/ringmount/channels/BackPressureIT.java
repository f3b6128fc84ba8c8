package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.SlowFileSystem.Gate;
import io.ringmount.channels.SlowFileSystem.Operation;
import io.ringmount.channels.SlowFileSystem.Style;
import io.ringmount.channels.metrics.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How much a mount lets through to its file system. */
class BackPressureIT extends SlowMountTest {
  private static final int MIB = 1 << 20;

  static Stream<Arguments> styles() {
    return Stream.of(Served.values())
        .flatMap(served -> Stream.of(Style.values()).map(style -> Arguments.of(served, style)));
  }

  @ParameterizedTest
  @MethodSource("styles")
  void neverMoreThanAllowedAreWithTheFileSystem(Served served, Style style) throws Exception {
    serve(style, served.options().maxInFlight(2));
    files.delay(20);
    List<Callable<Integer>> clients = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      clients.add(() -> useOthers(50));
    }
    Together.run(clients);
    assertQuiet();
    assertEquals(2, files.mostRunning());
    assertTrue(total(Metric.BLOCKED) > 0);
    assertTrue(total(Metric.BLOCKED_TIME) > 0);
    assertNothingIsOpen();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsHeldBackGoesOnAsSoonAsThereIsRoom(Served served) throws Exception {
    serve(Style.BLOCKING, served.options().maxInFlight(2));
    List<Future<Long>> held = new ArrayList<>();
    try (Gate gate = files.hold(Operation.READ, "x")) {
      Future<Long> one = client(() -> use("slow/x"));
      Future<Long> other = client(() -> use("slow/x"));
      gate.awaitArrived(2);
      for (int i = 0; i < 6; i++) {
        held.add(client(() -> use("a")));
      }
      Eventually.holds(
          () -> MountInternals.inFlight(mount) == 8, () -> mount.channels().toString());
      assertEquals(2, files.running());
      gate.release();
      assertEquals(0, get(one) + get(other));
    }
    for (Future<Long> each : held) {
      assertEquals(0, get(each));
    }
    assertQuiet();
    assertEquals(2, files.mostRunning());
    assertTrue(total(Metric.BLOCKED) > 0);
  }

  /** Three quarters of four may move bulk data; the fourth is there for all else. */
  @ParameterizedTest
  @EnumSource
  void bulkDataLeavesRoomForOthers(Served served) throws Exception {
    serve(Style.BLOCKING, served.options().maxInFlight(4).maxWrite(MIB));
    files.size(MIB);
    List<Future<Long>> readers = new ArrayList<>();
    try (Gate gate = files.hold(Operation.READ, "x")) {
      for (int i = 0; i < 5; i++) {
        readers.add(client(() -> read("slow/x", MIB)));
      }
      gate.awaitArrived(3);
      Eventually.holds(
          () -> MountInternals.inFlight(mount) == 5, () -> mount.channels().toString());
      assertEquals(
          100,
          get(
              client(() -> {
                int done = 0;
                while (done < 100 && stat("a") == 0) {
                  done++;
                }
                return done;
              })));
      assertEquals(3, gate.arrived());
      gate.release();
      for (Future<Long> each : readers) {
        assertEquals(MIB, get(each));
      }
    }
    assertQuiet();
    assertNothingIsOpen();
  }
}
