package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.SlowFileSystem.Gate;
import io.ringmount.channels.SlowFileSystem.Operation;
import io.ringmount.channels.SlowFileSystem.Style;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code ordered=inode}: one operation on a node at a time, and channels that do not wait. */
class OrderedIT extends SlowMountTest {
  private static final int THREADS = 6;
  private static final int ROUNDS = 60;

  static Stream<Arguments> styles() {
    return Stream.of(Served.values())
        .flatMap(served -> Stream.of(Style.values()).map(style -> Arguments.of(served, style)));
  }

  @ParameterizedTest
  @MethodSource("styles")
  void neverTwoOperationsOnANodeAtOnce(Served served, Style style) throws Exception {
    serve(style, served.options().ordered(true));
    files.delay(20);
    List<Callable<Long>> clients = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      String own = "w" + i;
      files.with(own);
      clients.add(() -> use(List.of("a", "b", "slow/x"), own));
    }
    assertEquals(THREADS, Together.run(clients).size());
    assertQuiet();
    assertEquals(1, files.mostOnOneNode());
    assertTrue(files.mostRunning() > 1, "nodes waited for each other");
    assertNothingIsOpen();
    for (int i = 0; i < THREADS; i++) {
      assertEquals(LongStream.range(0, ROUNDS).boxed().toList(), files.writes("w" + i));
    }
  }

  /** Uses the shared files, and writes its rounds to its own. */
  private long use(List<String> shared, String own) {
    long fd = open(own, FileFlags.O_WRONLY);
    assertTrue(fd >= 0);
    try (Arena arena = Arena.ofConfined()) {
      var data = arena.allocate(ValueLayout.JAVA_LONG);
      for (int i = 0; i < ROUNDS; i++) {
        String file = shared.get(ThreadLocalRandom.current().nextInt(shared.size()));
        assertEquals(0, use(file));
        data.set(ValueLayout.JAVA_LONG, 0, i);
        assertEquals(Long.BYTES, FileOps.pwrite((int) fd, data.address(), Long.BYTES, 0));
      }
    } finally {
      FileOps.close((int) fd);
    }
    return ROUNDS;
  }

  @ParameterizedTest
  @MethodSource("styles")
  void whoWaitsForANodeHoldsNoChannel(Served served, Style style) throws Exception {
    // All eight are in slots of one queue; the seven that wait are not with the file system.
    serve(style, served.options().ordered(true).slots(10).cpus(List.of(0)));
    List<Future<Long>> waiting = new ArrayList<>();
    try (Gate gate = files.hold(Operation.READ, "x")) {
      Future<Long> first = client(0, () -> use("slow/x"));
      gate.awaitArrived(1);
      for (int i = 0; i < 7; i++) {
        waiting.add(client(0, () -> use("slow/x")));
      }
      Eventually.equal(8, () -> mount.channels().getFirst().inFlight(), () -> "in flight");
      assertEquals(100, get(client(0, () -> useOthers(100))));
      // The ends of the others come some time after their close(2).
      Eventually.equal(1, files::running, () -> "running");
      gate.release();
      assertEquals(0, get(first));
    }
    for (Future<Long> each : waiting) {
      assertEquals(0, get(each));
    }
    assertQuiet();
    assertEquals(1, files.mostOnOneNode());
    assertNothingIsOpen();
  }

  @ParameterizedTest
  @EnumSource(Style.class)
  void withoutItOperationsOnANodeOverlap(Style style) throws Exception {
    serve(style, Served.URING_BOUNDED.options());
    try (Gate gate = files.hold(Operation.READ, "x")) {
      Future<Long> one = client(() -> use("slow/x"));
      Future<Long> other = client(() -> use("slow/x"));
      gate.awaitArrived(2);
      assertEquals(2, files.mostOnOneNode());
      gate.release();
      assertEquals(0, get(one) + get(other));
    }
  }
}
