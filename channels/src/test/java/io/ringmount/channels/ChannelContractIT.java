package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.SlowFileSystem.Gate;
import io.ringmount.channels.SlowFileSystem.Operation;
import io.ringmount.channels.SlowFileSystem.Style;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FuseConnection;
import io.ringmount.channels.linux.Mounts;
import io.ringmount.channels.metrics.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every channel has to keep, whichever way its requests come. */
class ChannelContractIT extends SlowMountTest {
  private static final Set<Long> GONE = Set.of(-(long) Errno.ENOTCONN, -(long) Errno.ECONNABORTED);

  static Stream<Arguments> styles() {
    return Stream.of(Served.values())
        .flatMap(served -> Stream.of(Style.values()).map(style -> Arguments.of(served, style)));
  }

  @ParameterizedTest
  @MethodSource("styles")
  void everyRequestIsAnsweredOnceWhereverItsReplyComesFrom(Served served, Style style)
      throws Exception {
    serve(style, served.options().slots(3));
    List<Callable<Integer>> clients = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      clients.add(() -> useOthers(50));
    }
    Together.run(clients);
    assertNothingIsOpen();
    assertEquals(total(Metric.REQUESTS), total(Metric.ANSWERED));
    assertEquals(0, total(Metric.FAILED) + total(Metric.MALFORMED) + total(Metric.ABANDONED));
  }

  @ParameterizedTest
  @MethodSource("styles")
  void errorsArriveAsTheyAreAndWhatIsThrownAsEio(Served served, Style style) throws Exception {
    serve(style, served.options());
    for (int errno : new int[] {1, 2, 4, 11, 28, 107, 511}) {
      files.fail(Operation.GETATTR, "x", errno);
      assertEquals(-errno, get(client(() -> stat("slow/x"))));
    }
    for (int errno : new int[] {-1, 512, Integer.MAX_VALUE}) {
      files.fail(Operation.GETATTR, "x", errno);
      assertEquals(-Errno.EIO, get(client(() -> stat("slow/x"))));
    }
    assertEquals(0, total(Metric.FAILED));
    if (style == Style.BLOCKING) {
      files.fail(Operation.GETATTR, "x", SlowFileSystem.THROWS);
      assertEquals(-Errno.EIO, get(client(() -> stat("slow/x"))));
      assertEquals(1, total(Metric.FAILED));
    }
    assertEquals(10, get(client(() -> useOthers(10))));
    assertNothingIsOpen();
  }

  /** Requests wait at the file system, in line for a node, for room, and for a slot. */
  private List<Future<Long>> waitEverywhere(Gate gate) throws Exception {
    List<Future<Long>> waiting = new ArrayList<>();
    waiting.add(client(() -> use("slow/x")));
    gate.awaitArrived(1);
    for (int i = 0; i < 12; i++) {
      String file = i % 2 == 0 ? "slow/x" : "slow/y";
      waiting.add(client(() -> use(file)));
    }
    Eventually.holds(() -> MountInternals.inFlight(mount) >= 4, () -> mount.channels().toString());
    return waiting;
  }

  @ParameterizedTest
  @MethodSource("styles")
  void anAbortEndsAllCallersWhereverTheirRequestsAre(Served served, Style style) throws Exception {
    for (int round = 0; round < 3; round++) {
      serve(style, served.options().slots(4).ordered(true).maxInFlight(3));
      try (Gate gate = files.hold(Operation.READ, "x");
          Gate other = files.hold(Operation.READ, "y")) {
        List<Future<Long>> waiting = waitEverywhere(gate);
        new FuseConnection(mount.connectionId()).abort();
        for (Future<Long> each : waiting) {
          long result = get(each);
          assertTrue(result == 0 || GONE.contains(result), () -> Errno.describe((int) -result));
        }
      }
      mount.close(2_000);
      assertNoThreads();
      assertEquals(0, files.running());
    }
  }

  @ParameterizedTest
  @MethodSource("styles")
  void anUnmountUnderLoadEndsWellAndLeavesNothing(Served served, Style style) throws Exception {
    for (int round = 0; round < 3; round++) {
      serve(style, served.options().slots(4).ordered(round == 1).maxInFlight(round == 2 ? 2 : 0));
      List<Future<Long>> clients = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        clients.add(client(this::useUntilGone));
      }
      Eventually.holds(() -> total(Metric.REQUESTS) > 100, () -> "no load");
      Mounts.umount(directory, Mounts.MNT_DETACH);
      mount.close(10_000);
      for (Future<Long> each : clients) {
        long result = get(each);
        assertTrue(
            result == -Errno.ENOENT || GONE.contains(result), () -> Errno.describe((int) -result));
      }
      assertNoThreads();
      assertEquals(0, files.running());
    }
  }

  private long useUntilGone() {
    long result;
    do {
      result = use("a");
    } while (result == 0);
    return result;
  }

  @ParameterizedTest
  @EnumSource
  void anAbortWhileRepliesAreOnTheirWayTouchesNoMemoryThatIsGone(Served served) throws Exception {
    for (int round = 0; round < 10; round++) {
      serve(Style.BLOCKING, served.options().slots(4));
      files.delay(50);
      List<Future<Long>> clients = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        clients.add(client(this::useUntilGone));
      }
      Eventually.holds(() -> total(Metric.REQUESTS) > 30, () -> "no load");
      new FuseConnection(mount.connectionId()).abort();
      mount.close(2_000);
      for (Future<Long> each : clients) {
        get(each);
      }
    }
    assertNoThreads();
  }

  private static void assertNoThreads() throws Exception {
    MountFixture.assertNoChannelThreads();
    Eventually.holds(() -> serving().isEmpty(), () -> "threads left: " + serving());
  }

  private static List<String> serving() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.matches("(channel-|worker-).*|interrupts"))
        .toList();
  }
}
