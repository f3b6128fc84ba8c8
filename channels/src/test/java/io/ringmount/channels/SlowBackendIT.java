package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.SlowFileSystem.Gate;
import io.ringmount.channels.SlowFileSystem.Operation;
import io.ringmount.channels.SlowFileSystem.Style;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.NativeString;
import io.ringmount.channels.metrics.Metric;
import io.ringmount.channels.wire.Opcode;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A backend that is slow for one file does not hold up the others. */
class SlowBackendIT extends SlowMountTest {
  private static final int CPU = 0;

  static Stream<Arguments> operations() {
    return Stream.of(Served.values())
        .flatMap(served ->
            Stream.of(
                    Operation.LOOKUP,
                    Operation.GETATTR,
                    Operation.OPEN,
                    Operation.READ,
                    Operation.WRITE,
                    Operation.READDIR,
                    Operation.UNLINK,
                    Operation.RELEASE)
                .map(operation -> Arguments.of(served, operation)));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void othersOnTheSameProcessorDoNotWait(Served served, Operation operation) throws Exception {
    serve(Style.BLOCKING, served.options());
    String file = operation == Operation.READDIR ? "slow" : "x";
    try (Gate gate = files.hold(operation, file)) {
      Future<Long> slow = client(CPU, () -> call(operation));
      gate.awaitArrived(1);
      assertEquals(200, get(client(CPU, () -> useOthers(200))));
      // The ends of the others come some time after their close(2).
      Eventually.equal(1, files::running, () -> "running");
      // The end of a file is nobody's to wait for.
      assertEquals(operation == Operation.RELEASE, slow.isDone() && get(slow) == 0);
      gate.release();
      assertEquals(0, get(slow));
    }
    assertQuiet();
    assertNothingIsOpen();
    assertTrue(total(Metric.DETACHED) > 0);
  }

  /** 0, or the error as a negative number. */
  private long call(Operation operation) throws Exception {
    return switch (operation) {
      case LOOKUP, GETATTR -> stat("slow/x");
      case WRITE -> write("slow/x");
      case READDIR -> {
        try (Stream<?> list = Files.list(directory.resolve("slow"))) {
          yield list.count() - 3;
        }
      }
      case UNLINK -> unlink("slow/x");
      default -> use("slow/x");
    };
  }

  private long write(String file) {
    long fd = open(file, FileFlags.O_WRONLY);
    if (fd < 0) {
      return fd;
    }
    try (Arena arena = Arena.ofConfined()) {
      long written = FileOps.pwrite((int) fd, arena.allocate(512, 8).address(), 512, 0);
      return written < 0 ? written : written - 512;
    } finally {
      FileOps.close((int) fd);
    }
  }

  private long unlink(String file) {
    try (Arena arena = Arena.ofConfined()) {
      String path = path(file);
      return FileOps.unlinkat(FileFlags.AT_FDCWD, NativeString.address(arena, path), 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void nearlyAsManySlowRequestsAsSlotsLeaveRoomForOthers(Served served) throws Exception {
    serve(Style.BLOCKING, served.options().cpus(List.of(CPU)));
    // A ring serves the eight slots of the queue that is this processor's.
    int slowOnes = 6;
    List<Future<Long>> slow = new ArrayList<>();
    try (Gate gate = files.hold(Operation.READ, "x")) {
      for (int i = 0; i < slowOnes; i++) {
        slow.add(client(CPU, () -> use("slow/x")));
      }
      gate.awaitArrived(slowOnes);
      assertEquals(200, get(client(CPU, () -> useOthers(200))));
      assertEquals(slowOnes, files.running());
      assertFalse(slow.stream().anyMatch(Future::isDone));
    }
    for (Future<Long> each : slow) {
      assertEquals(0, get(each));
    }
    assertQuiet();
    assertNothingIsOpen();
    assertServes();
  }

  /** More than there are slots: the rest waits in the kernel, and all are answered. */
  @ParameterizedTest
  @EnumSource
  void moreSlowRequestsThanSlotsAreAllAnswered(Served served) throws Exception {
    serve(Style.BLOCKING, served.options().slots(2));
    int slowOnes = 20;
    List<Future<Long>> slow = new ArrayList<>();
    try (Gate gate = files.hold(Operation.LOOKUP, "x")) {
      for (int i = 0; i < slowOnes; i++) {
        slow.add(client(() -> use("slow/x")));
      }
      gate.awaitArrived(1);
    }
    for (Future<Long> each : slow) {
      long result = get(each);
      assertEquals(0, result, () -> Errno.describe((int) -result));
    }
    assertQuiet();
    assertNothingIsOpen();
    assertEquals(slowOnes, requests(Opcode.READ));
  }
}
