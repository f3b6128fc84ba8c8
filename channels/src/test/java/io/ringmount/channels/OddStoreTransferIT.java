package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.OddStore.Habit;
import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileFlags;
import io.ringmount.channels.linux.FileOps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Writes and syncs of a backend that stores in pieces, or not at all. */
class OddStoreTransferIT extends TransferTest {
  private final OddStore odd = new OddStore();
  private Path backend;
  private FuseMount backendMount;
  private int backendFile = -1;

  private void serve(Served served, Way way) throws Exception {
    backend = Files.createDirectory(directory.resolve("backend"));
    backendMount =
        FuseMount.mount(
            odd, backend, Served.URING_BOUNDED.options().execution(Execution.DETACHED).build());
    backendFile = FileOps.open(backend.resolve("file"), FileFlags.O_RDWR);
    serve(served, way, backendFile);
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

  @ParameterizedTest
  @MethodSource("ways")
  void whatTheBackendTakesInPiecesIsStoredWhole(Served served, Way way) throws Exception {
    serve(served, way);
    int seed = 1;
    for (Habit habit : new Habit[] {Habit.WHOLE, Habit.SHORT, Habit.INTERRUPTED}) {
      odd.habit(habit);
      for (int length : new int[] {1, 999, 4096, 30_001, WRITE}) {
        byte[] data = data(length, seed++);
        assertEquals(length, write(data, 4_000), habit + " " + length);
        assertArrayEquals(data, odd.content(4_000, 4_000 + length), habit + " " + length);
      }
    }
    assertQuiet();
  }

  /** Who is told of all that is stored, and no more, can go on from there or give up. */
  @ParameterizedTest
  @MethodSource("ways")
  void aWriteThatEndsInTheMiddleSaysHowFarItCame(Served served, Way way) throws Exception {
    serve(served, way);
    int from = OddStore.ODD - 10_000;
    for (Habit habit : new Habit[] {Habit.FULL, Habit.FAILS}) {
      long error = habit == Habit.FULL ? -Errno.ENOSPC : -Errno.EIO;
      odd.habit(habit);
      byte[] data = data(WRITE, habit.ordinal());
      assertEquals(10_000, write(data, from), habit.toString());
      assertArrayEquals(Arrays.copyOf(data, 10_000), odd.content(from, OddStore.ODD));
      assertEquals(error, write(data, OddStore.ODD), habit.toString());
      assertEquals(error, write(data, OddStore.ODD + 1), habit.toString());
      assertArrayEquals(new byte[WRITE], odd.content(OddStore.ODD, OddStore.ODD + WRITE));
    }
    odd.habit(Habit.WHOLE);
    byte[] data = data(WRITE, 9);
    assertEquals(WRITE, write(data, from));
    assertArrayEquals(data, odd.content(from, from + WRITE));
    assertQuiet();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aSyncReachesTheBackendAndItsErrorTheCaller(Served served, Way way) throws Exception {
    serve(served, way);
    assertEquals(0, sync(false));
    assertEquals(1, odd.syncs());
    assertEquals(0, odd.dataSyncs());
    assertEquals(0, sync(true));
    assertEquals(2, odd.syncs());
    assertEquals(1, odd.dataSyncs());
    odd.habit(Habit.FAILS);
    assertEquals(-Errno.EIO, sync(false));
    assertEquals(-Errno.EIO, sync(true));
    assertEquals(2, odd.syncs());
    odd.habit(Habit.WHOLE);
    assertEquals(0, sync(false));
    assertEquals(3, odd.syncs());
    assertQuiet();
  }

  /** On its own memory or on the slot's: nobody else gets it meanwhile. */
  @ParameterizedTest
  @MethodSource("ways")
  void whatWaitsForTheBackendIsStoredAsItWasWritten(Served served, Way way) throws Exception {
    serve(served, way);
    odd.habit(Habit.WAITS);
    byte[] data = data(WRITE, 3);
    Future<Long> slow = client(() -> writeHere(data, 0));
    Eventually.holds(() -> odd.waiting() == 1, () -> "the backend was not asked");
    Future<Long> synced = client(() -> sync(false));
    odd.release();
    assertEquals(WRITE, get(slow));
    assertEquals(0, get(synced));
    assertArrayEquals(data, odd.content(0, WRITE));
    assertQuiet();
  }
}
