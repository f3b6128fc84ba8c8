package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.SlowFileSystem.Style;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.KernelFile;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.Signals;
import io.ringmount.channels.linux.SyscallFaults;
import io.ringmount.channels.linux.SyscallNumber;
import io.ringmount.channels.metrics.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** System calls of channels that end before their time, or do nothing at all. */
class InterruptedCallsIT extends SlowMountTest {
  /** Completions were dropped. */
  private static final int EBADR = 53;

  /** The last for requests that reach the ring while it is torn down, {@link RingMode#BOUNDED}. */
  private static final Set<Long> GONE =
      Set.of(-(long) Errno.ENOTCONN, -(long) Errno.ECONNABORTED, -(long) Errno.ECANCELED);

  private static final int CLIENTS = 4;
  private static final int ROUNDS = 150;

  /** A polled ring's kernel thread waits for its turn behind everybody else. */
  private static final int POLLED_ROUNDS = 15;

  private static final int PAUSE_NANOS = 30_000;

  /** What io_uring_enter(2) says when it has not done what it should, and may be asked again. */
  private static final int[] AGAIN = {Errno.EINTR, Errno.EAGAIN, Errno.EBUSY};

  static Stream<Arguments> styles() {
    return Stream.of(Served.values())
        .flatMap(served -> Stream.of(Style.values()).map(style -> Arguments.of(served, style)));
  }

  /** All clients are served, and no request is left, lost or refused. */
  private void assertServesAll(int rounds) throws Exception {
    List<Callable<Integer>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(() -> useOthers(rounds));
    }
    Together.run(clients);
    assertNothingIsOpen();
    assertEquals(total(Metric.REQUESTS), total(Metric.ANSWERED));
    assertEquals(0, total(Metric.FAILED) + total(Metric.MALFORMED) + total(Metric.ABANDONED));
  }

  /** Signals all channels, again and again. */
  private static final class Rain implements AutoCloseable {
    private final AtomicInteger sent = new AtomicInteger();
    private final Thread thread;
    private volatile boolean over;

    private Rain() throws IOException {
      List<Integer> channels = channelThreads();
      assertTrue(channels.size() > 1, () -> "threads of channels: " + channels);
      thread = Thread.ofPlatform().daemon().name("rain").start(() -> fall(channels));
    }

    private void fall(List<Integer> channels) {
      try {
        while (!over) {
          for (int channel : channels) {
            assertTrue(Signals.interrupt(channel), "a channel has ended");
            sent.incrementAndGet();
          }
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      } catch (LinuxException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws InterruptedException {
      over = true;
      thread.join();
    }
  }

  private static List<Integer> channelThreads() throws IOException {
    List<Integer> found = new ArrayList<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        if (KernelFile.read(task.resolve("comm")).startsWith("channel-")) {
          found.add(Integer.parseInt(task.getFileName().toString()));
        }
      }
    }
    return found;
  }

  private void assertServesAllInTheRain(int rounds) throws Exception {
    try (Rain rain = new Rain()) {
      assertServesAll(rounds);
      assertTrue(rain.sent.get() > CLIENTS * rounds, () -> "only " + rain.sent + " signals");
    }
    assertEquals(CLIENTS, get(client(() -> useOthers(CLIENTS))));
  }

  @ParameterizedTest
  @MethodSource("styles")
  void signalsAtChannelsDisturbNobody(Served served, Style style) throws Exception {
    serve(style, served.options());
    assertServesAllInTheRain(ROUNDS);
  }

  /** The waits for room and for a node's turn, which are others. */
  @ParameterizedTest
  @MethodSource("styles")
  void signalsAtChannelsThatHoldRequestsBackDisturbNobody(Served served, Style style)
      throws Exception {
    serve(style, served.options().slots(3).maxInFlight(2).ordered(true));
    files.delay(20);
    assertServesAllInTheRain(ROUNDS);
  }

  @ParameterizedTest
  @EnumSource
  void signalsAtChannelsOfPolledRingsDisturbNobody(Style style) throws Exception {
    serve(style, Served.URING_STRICT.options().ringMode(RingMode.SQPOLL));
    assertServesAllInTheRain(POLLED_ROUNDS);
  }

  /** Mounts with channels one of whose calls fails as {@code judge} says. */
  private void serveFaulty(Style style, MountOptions.Builder options, SyscallFaults faults)
      throws Exception {
    faults.run(() -> {
      serve(style, options);
      return null;
    });
  }

  @ParameterizedTest
  @EnumSource(names = {"URING_STRICT", "URING_BOUNDED"})
  void aRingThatDoesNotTakeOrWaitAtOnceIsAskedAgain(Served served) throws Exception {
    for (Style style : Style.values()) {
      Random random = new Random(style.ordinal());
      try (SyscallFaults faults =
          new SyscallFaults(
              SyscallNumber.IO_URING_ENTER,
              SyscallFaults.ANY,
              (_, _, _) -> random.nextInt(3) == 0 ? AGAIN[random.nextInt(AGAIN.length)] : 0)) {
        // With the registration of the slots: that is not to be lost either.
        serveFaulty(style, served.options().slots(4), faults);
        assertServesAll(ROUNDS);
        assertTrue(faults.failed() > ROUNDS, () -> faults.failed() + " calls failed");
        mount.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPolledRingThatDoesNotTakeOrWaitAtOnceIsAskedAgain(Style style) throws Exception {
    Random random = new Random(style.ordinal());
    try (SyscallFaults faults =
        new SyscallFaults(
            SyscallNumber.IO_URING_ENTER,
            SyscallFaults.ANY,
            (_, _, _) -> random.nextInt(3) == 0 ? AGAIN[random.nextInt(AGAIN.length)] : 0)) {
      serveFaulty(style, Served.URING_STRICT.options().slots(4).ringMode(RingMode.SQPOLL), faults);
      assertServesAll(POLLED_ROUNDS);
      assertTrue(faults.failed() > CLIENTS, () -> faults.failed() + " calls failed");
      mount.close();
    }
  }

  /** One ring breaks: the mount ends, the channels of the others too, and nobody hangs. */
  @ParameterizedTest
  @EnumSource(names = {"URING_STRICT", "URING_BOUNDED"})
  void aRingThatIsBrokenEndsTheMount(Served served) throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (SyscallFaults faults =
        new SyscallFaults(
            SyscallNumber.IO_URING_ENTER,
            SyscallFaults.ANY,
            (_, _, _) -> calls.get() > 0 && calls.incrementAndGet() == 100 ? EBADR : 0)) {
      serveFaulty(Style.BLOCKING, served.options().slots(4), faults);
      calls.set(1);
      List<Callable<Long>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(this::useUntilGone);
      }
      for (long result : Together.run(clients)) {
        assertTrue(GONE.contains(result), () -> Errno.describe((int) -result));
      }
      assertEquals(1, faults.failed());
      assertTrue(mount.awaitEnd(Duration.ofSeconds(PATIENCE_SECONDS)), "a channel does not end");
      mount.close();
      assertQuiet();
    }
  }

  private long useUntilGone() {
    long result;
    do {
      result = use("a");
    } while (result == 0);
    return result;
  }
}
