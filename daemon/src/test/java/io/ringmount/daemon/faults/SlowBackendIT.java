package io.ringmount.daemon.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.PidFd;
import io.ringmount.daemon.faults.WatchedMount.Serving;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend that does not answer some requests for a while delays these, and nothing else. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class SlowBackendIT extends GatedBackend {
  /** A daemon is looked at once a second, and must be found hanging twice. */
  private static final long LOOKS_MILLIS = 3_000;

  /** Reads each slow file; returns when the backend has all the requests. */
  private List<Future<byte[]>> readSlowFiles() throws Exception {
    List<Future<byte[]>> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      String file = GatedFileSystem.slow(i);
      readers.add(start(() -> read(file)));
    }
    files.awaitArrived(READERS);
    return readers;
  }

  private void assertServesOthers() throws Exception {
    assertEquals(
        GatedFileSystem.SIZE, get(start(() -> Files.size(mount.at(GatedFileSystem.FAST)))));
    assertContent(GatedFileSystem.FAST, get(start(() -> read(GatedFileSystem.FAST))));
  }

  private void assertAllAreAnswered(List<Future<byte[]>> readers) throws Exception {
    assertTrue(readers.stream().noneMatch(Future::isDone), "a reader had no need to wait");
    files.open();
    for (int i = 0; i < READERS; i++) {
      assertContent(GatedFileSystem.slow(i), get(readers.get(i)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void doesNotDelayAnUpgrade(String transport) throws Exception {
    Serving old = mount(transport);
    List<Future<byte[]>> readers = readSlowFiles();
    mount.upgrade();
    assertServesOthers();
    assertAllAreAnswered(readers);
    WatchedMount.awaitEnd(old.daemon());
    mount.awaitSuccessor(old);
    mount.unmount();
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void isNotTakenForAHang(String transport) throws Exception {
    Serving serving = mount(transport);
    List<Future<byte[]>> readers = readSlowFiles();
    Thread.sleep(HANG_LIMIT_MILLIS + LOOKS_MILLIS);
    assertServesOthers();
    assertAllAreAnswered(readers);
    assertEquals(serving, mount.serving());
    assertFalse(mount.log().contains("hangs"), mount::log);
    mount.unmount();
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "device"})
  void isAskedAgainWhenTheDaemonIsKilled(String transport) throws Exception {
    Serving old = mount(transport);
    List<Future<byte[]>> readers = readSlowFiles();
    try (PidFd daemon = PidFd.open(old.daemon())) {
      daemon.sendSignal(PidFd.SIGKILL);
    }
    WatchedMount.awaitEnd(old.daemon());
    files.awaitArrived(2 * READERS);
    assertServesOthers();
    assertAllAreAnswered(readers);
    mount.awaitSuccessor(old);
    mount.unmount();
  }
}
