package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.SlowFileSystem.Gate;
import io.ringmount.channels.SlowFileSystem.Operation;
import io.ringmount.channels.SlowFileSystem.Style;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FuseConnection;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A connection is aborted: its callers get errors at once, and nothing goes before its last use.
 */
class AbortIT extends SlowMountTest {
  private static final Set<Long> GONE = Set.of(-(long) Errno.ENOTCONN, -(long) Errno.ECONNABORTED);
  private static final int REQUESTS = 4;

  /** How far the requests have come. */
  enum Place {
    /** One, on the channel's thread. */
    INLINE,
    /** All with the file system, each on a worker. */
    WORKER,
    /** All with the file system, which answers from threads of its own. */
    LATE,
    /** One with the file system, the others in line for its node. */
    LINE,
    /** One with the file system; the others in the channel's queue, as there is no room. */
    ROOM
  }

  static Stream<Arguments> places() {
    return Stream.of(Served.values())
        .flatMap(served -> Stream.of(Place.values()).map(place -> Arguments.of(served, place)));
  }

  private final List<Gate> gates = new ArrayList<>();
  private final List<Future<Long>> callers = new ArrayList<>();

  private SlowFileSystem tree(Style style) {
    SlowFileSystem tree = new SlowFileSystem(style);
    for (int i = 0; i < REQUESTS; i++) {
      tree.with("f" + i);
    }
    return tree;
  }

  private void call(String file) {
    callers.add(client(0, () -> stat(file)));
  }

  private void hold(Operation operation, String... names) {
    for (String name : names) {
      gates.add(files.hold(operation, name));
    }
  }

  private int arrived() {
    return gates.stream().mapToInt(Gate::arrived).sum();
  }

  private void bringTo(Served served, Place place) throws Exception {
    MountOptions.Builder options = served.options().cpus(List.of(0));
    switch (place) {
      case INLINE -> {
        serve(tree(Style.BLOCKING), options.execution(Execution.INLINE));
        bringToFileSystem(1, 1);
      }
      case WORKER, LATE -> {
        Style style = place == Place.LATE ? Style.LATE : Style.BLOCKING;
        boolean late = style == Style.LATE;
        serve(tree(style), options.execution(late ? Execution.INLINE : Execution.DETACHED));
        bringToFileSystem(REQUESTS, REQUESTS);
      }
      case LINE -> {
        // Looking up is an operation on the directory, which is the same for all.
        serve(tree(Style.BLOCKING), options.execution(Execution.DETACHED).ordered(true));
        bringToFileSystem(REQUESTS, 1);
        awaitInFlight();
      }
      case ROOM -> {
        serve(tree(Style.BLOCKING), options.execution(Execution.DETACHED).maxInFlight(1));
        bringToFileSystem(REQUESTS, 1);
        awaitInFlight();
        assertEquals(REQUESTS - 1, transport().channels().getFirst().depth());
      }
    }
  }

  /**
   * @param arriving how many of them come there
   */
  private void bringToFileSystem(int calls, int arriving) throws Exception {
    hold(Operation.LOOKUP, "f0", "f1", "f2", "f3");
    for (int i = 0; i < calls; i++) {
      call("f" + i);
    }
    Eventually.equal(arriving, this::arrived, () -> "at the file system");
  }

  private void awaitInFlight() throws Exception {
    Eventually.holds(
        () -> MountInternals.inFlight(mount) == REQUESTS, () -> mount.channels().toString());
    assertEquals(1, files.running());
  }

  private Transport transport() throws ReflectiveOperationException {
    return ((SelectedTransport) field(mount, "served")).transport();
  }

  private static Object field(Object object, String name) throws ReflectiveOperationException {
    Field field = object.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }

  private void abort() throws Exception {
    assertFalse(callers.stream().anyMatch(Future::isDone), "somebody was served");
    new FuseConnection(mount.connectionId()).abort();
    for (Future<Long> each : callers) {
      long result = get(each);
      assertTrue(GONE.contains(result), () -> Errno.describe((int) -result));
    }
  }

  private static void assertNoThreads() throws Exception {
    MountFixture.assertNoChannelThreads();
    Eventually.holds(() -> serving().isEmpty(), () -> "threads left: " + serving());
  }

  private static List<String> serving() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.matches("(channel-|worker-).*|interrupts|lender"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("places")
  void callersGetErrorsAndMemoryStaysUntilTheFileSystemIsDone(Served served, Place place)
      throws Exception {
    Map<String, Integer> descriptors = MountFixture.descriptors();
    MappedSlots mapped = new MappedSlots();
    bringTo(served, place);
    abort();
    assertTrue(files.running() > 0);
    Future<Boolean> closing =
        client(() -> {
          mount.close(100);
          return true;
        });
    mapped.assertKept(closing);
    gates.forEach(Gate::release);
    assertTrue(get(closing));
    assertEquals(0, files.running());
    assertEquals(0, MountInternals.inFlight(mount));
    assertEquals(0, MountInternals.budgetTaken(mount));
    mapped.assertMore(0);
    assertNoThreads();
    assertEquals(descriptors, MountFixture.descriptors());
  }

  /** The kernel has given back all but those with requests, which it does not want back. */
  @ParameterizedTest
  @EnumSource(names = {"URING_STRICT", "URING_BOUNDED"})
  void ringsEndWhenTheLastSlotIsTornDown(Served served) throws Exception {
    bringTo(served, Place.LATE);
    AtomicInteger alive = (AtomicInteger) field(field(transport(), "shared"), "alive");
    assertTrue(alive.get() > REQUESTS);
    abort();
    for (int left = REQUESTS; left > 0; left--) {
      Eventually.equal(left, alive::get, () -> "slots");
      assertFalse(mount.awaitEnd(Duration.ofMillis(30)), "over before its time");
      assertEquals(left, alive.get());
      assertEquals(left, MountInternals.inFlight(mount));
      gates.get(left - 1).release();
    }
    assertTrue(mount.awaitEnd(Duration.ofSeconds(PATIENCE_SECONDS)));
    assertEquals(0, alive.get());
    assertQuiet();
    mount.close();
  }

  /** Whoever comes later is told so by the kernel; nothing reaches the file system any more. */
  @ParameterizedTest
  @MethodSource("places")
  void whoComesLaterIsNotServed(Served served, Place place) throws Exception {
    bringTo(served, place);
    abort();
    int running = files.running();
    for (int i = 0; i < 2 * REQUESTS; i++) {
      String file = "f" + i % REQUESTS;
      assertEquals(-Errno.ENOTCONN, get(client(() -> stat(file))));
    }
    assertEquals(running, files.running());
    gates.forEach(Gate::release);
    assertTrue(mount.awaitEnd(Duration.ofSeconds(PATIENCE_SECONDS)));
    assertQuiet();
    mount.close();
    assertNoThreads();
  }
}
