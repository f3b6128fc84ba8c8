package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.OddStore.Habit;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.FuseConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A connection is aborted while the backend has the memory of its requests. */
class AbortTransferIT extends TransferTest {
  private static final Set<Long> GONE = Set.of(-(long) Errno.ENOTCONN, -(long) Errno.ECONNABORTED);
  private static final int CALLERS = 3;

  /** What is on its way. */
  enum Kind {
    READ,
    WRITE,
    FSYNC
  }

  private final OddStore odd = new OddStore();
  private Path backend;
  private FuseMount backendMount;
  private int backendFile = -1;
  private final List<Future<Long>> callers = new ArrayList<>();

  static Stream<Arguments> transfers() {
    return ways()
        .flatMap(way ->
            Stream.of(Kind.values()).map(kind -> Arguments.of(way.get()[0], way.get()[1], kind)));
  }

  @BeforeEach
  void mountBackend() throws Exception {
    backend = Files.createDirectory(directory.resolve("backend"));
    backendMount =
        FuseMount.mount(
            odd, backend, Served.URING_BOUNDED.options().execution(Execution.DETACHED).build());
    backendFile = FileOps.open(backend.resolve("file"), FileFlags.O_RDWR);
  }

  @AfterEach
  void unmountBackend() throws Exception {
    odd.release();
    // What is mounted on it has to end first.
    unmount();
    if (backendFile >= 0) {
      FileOps.close(backendFile);
    }
    if (backendMount != null) {
      backendMount.close(2_000);
    }
    if (backend != null) {
      MountFixture.clear(backend);
    }
  }

  private long call(Kind kind, int number) throws Exception {
    long offset = (long) number * (64 << 10);
    return switch (kind) {
      case READ -> errorOfRead(4_096, offset);
      case WRITE -> write(data(4_096, number), offset);
      case FSYNC -> sync(number == 0);
    };
  }

  private void bringToBackend(Served served, Way way, Kind kind, int calls) throws Exception {
    serve(served, way, backendFile);
    odd.habit(Habit.WAITS);
    for (int i = 0; i < calls; i++) {
      int number = i;
      callers.add(client(() -> call(kind, number)));
    }
    Eventually.holds(() -> odd.waiting() > 0, () -> "the backend was not asked");
  }

  private void abort() throws Exception {
    assertFalse(callers.stream().anyMatch(Future::isDone), "somebody was served");
    new FuseConnection(mount.connectionId()).abort();
  }

  private void assertErrors() throws Exception {
    for (Future<Long> each : callers) {
      long result = get(each);
      assertTrue(GONE.contains(result), () -> Errno.describe((int) -result));
    }
  }

  @ParameterizedTest
  @MethodSource("transfers")
  void callersGetErrorsAndMemoryStaysUntilTheBackendIsDone(Served served, Way way, Kind kind)
      throws Exception {
    Map<String, Integer> descriptors = MountFixture.descriptors();
    MappedSlots mapped = new MappedSlots();
    // What is written at once keeps the channel from others, the kernel lets one sync at a time.
    boolean one = kind == Kind.FSYNC || (way == Way.AT_ONCE && kind == Kind.WRITE);
    bringToBackend(served, way, kind, one ? 1 : CALLERS);
    Eventually.equal(callers.size(), files::inUse, () -> "on their way");
    abort();
    assertErrors();
    // A ring must not go while it carries something.
    assertTrue(served == Served.DEVICE || !mount.awaitEnd(Duration.ofMillis(50)));
    Future<Boolean> closing =
        client(() -> {
          mount.close(100);
          return true;
        });
    mapped.assertKept(closing);
    assertEquals(callers.size(), files.inUse());
    odd.release();
    assertTrue(get(closing));
    assertEquals(0, files.inUse());
    assertEquals(0, MountInternals.inFlight(mount));
    assertEquals(0, MountInternals.budgetTaken(mount));
    mapped.assertMore(0);
    Eventually.holds(
        () -> descriptors.equals(MountFixture.descriptors()),
        () -> "descriptors are left, there were " + descriptors);
  }

  /**
   * A request that the kernel has given to a ring whose thread does not come for it is not ended by
   * an abort, but as soon as that comes.
   */
  @ParameterizedTest
  @EnumSource
  void whoIsBehindAWriteThatHoldsUpTheChannelGetsItsErrorAfterIt(Served served) throws Exception {
    bringToBackend(served, Way.AT_ONCE, Kind.WRITE, 2 * CALLERS);
    abort();
    odd.release();
    assertErrors();
    assertTrue(mount.awaitEnd(Duration.ofSeconds(20)));
    assertQuiet();
    mount.close();
    assertEquals(0, files.inUse());
  }
}
