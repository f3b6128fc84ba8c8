package io.ringmount.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.Syscall;
import io.ringmount.channels.linux.SyscallNumber;
import io.ringmount.upgrade.Beats;
import io.ringmount.upgrade.BeatsReader;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HangDetectorTest {
  private static final long SECOND = 1_000_000_000L;

  private Optional<ThreadLook> seen = Optional.empty();
  private Beats beats;
  private HangDetector detector;

  @BeforeEach
  void watchTwoThreadsOfWhichOneBegan() throws IOException {
    beats = Beats.create(2, Duration.ofSeconds(5));
    beats.line(1).begin();
    detector =
        new HangDetector(
            1, new BeatsReader((int) FileOps.dup(beats.fd())), (_, _) -> seen, 2 * SECOND);
  }

  @AfterEach
  void close() throws IOException {
    detector.close();
    beats.close();
  }

  /** Looks once a second; the result of the last look. */
  private Optional<String> look(int seconds) {
    Optional<String> last = Optional.empty();
    for (int i = 0; i < seconds; i++) {
      last = detector.look(SECOND);
    }
    return last;
  }

  private void see(char state, long ticks, boolean inFutex) {
    seen = Optional.of(new ThreadLook(state, ticks, inFutex));
  }

  @Test
  void stoppedThreadHangsAfterTheLimitAndASecondLook() {
    see('T', 5, false);
    assertEquals(Optional.empty(), look(6));
    String how = look(1).orElseThrow();
    assertTrue(how.endsWith(" has not beaten for 6000 ms: it is stopped"), how);
  }

  @Test
  void threadThatBeatsNeverHangs() {
    see('T', 5, false);
    for (int i = 0; i < 10; i++) {
      assertEquals(Optional.empty(), look(4));
      beats.line(1).beat();
    }
  }

  @Test
  void threadThatUsesTheProcessorHangs() {
    see('R', 5, false);
    assertEquals(Optional.empty(), look(7));
    see('R', 6, false);
    assertEquals(Optional.empty(), look(1));
    see('S', 7, false);
    assertTrue(look(1).orElseThrow().endsWith("it runs and runs"));
  }

  @Test
  void threadThatOnlyWantsTheProcessorDoesNot() {
    see('R', 5, false);
    assertEquals(Optional.empty(), look(60));
  }

  @Test
  void threadThatWaitsForAnotherHangs() {
    see('S', 5, true);
    assertEquals(Optional.empty(), look(6));
    assertTrue(look(1).orElseThrow().endsWith("it waits for another thread"));
  }

  @Test
  void threadThatWaitsForABackendDoesNot() {
    see('S', 5, false);
    assertEquals(Optional.empty(), look(60));
    see('D', 5, false);
    assertEquals(Optional.empty(), look(60));
  }

  @Test
  void threadThatEndedWithoutSayingSoHangs() {
    assertEquals(Optional.empty(), look(6));
    assertTrue(look(1).orElseThrow().endsWith("it has ended"));
  }

  @Test
  void threadThatSaidItEndsDoesNot() {
    beats.line(1).end();
    assertEquals(Optional.empty(), look(60));
  }

  @Test
  void timeInWhichNobodyLookedDoesNotCount() {
    see('T', 5, false);
    assertEquals(Optional.empty(), look(1));
    assertEquals(Optional.empty(), detector.look(100 * SECOND));
    assertEquals(Optional.empty(), detector.look(100 * SECOND));
    beats.line(1).beat();
    assertEquals(Optional.empty(), look(6));
  }

  @Test
  void theLimitCanBeChangedAndSwitchedOff() {
    see('T', 5, false);
    beats.limit(Duration.ZERO);
    assertEquals(Optional.empty(), look(60));
    beats.limit(Duration.ofSeconds(1));
    assertEquals(Optional.empty(), look(1));
    assertTrue(look(1).isPresent());
  }

  @Test
  void ownThreadIsSeenRunning() {
    int pid = (int) ProcessHandle.current().pid();
    int thread = (int) Syscall.call(SyscallNumber.GETTID);
    ThreadLook look = ThreadLook.at(pid, thread).orElseThrow();
    assertEquals('R', look.state());
    assertEquals(Optional.empty(), ThreadLook.at(pid, 1 << 29));
  }
}
