package io.ringmount.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.FileOps;
import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.SharedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BeatsTest {
  @Test
  void beatsAreSeenByTheReader() throws IOException {
    try (Beats beats = Beats.create(3, Duration.ofSeconds(10));
        BeatsReader reader = new BeatsReader((int) FileOps.dup(beats.fd()))) {
      assertEquals(3, reader.threads());
      beats.line(2).begin();
      assertTrue(reader.refresh());
      assertEquals(Duration.ofSeconds(10), reader.limit());
      long first = reader.beats(2);
      beats.line(2).beat();
      beats.limit(Duration.ofMillis(700));
      assertEquals(first, reader.beats(2), "as of the last look");
      assertTrue(reader.refresh());
      assertEquals(first + 1, reader.beats(2));
      assertEquals(Duration.ofMillis(700), reader.limit());
      assertTrue(reader.thread(2) > 0);
      assertEquals(0, reader.thread(0));
      beats.line(2).end();
      assertTrue(reader.refresh());
      assertEquals(0, reader.thread(2));
    }
  }

  @Test
  void manyThreadsHaveALineEach() throws IOException {
    try (Beats beats = Beats.create(BeatsLayout.MOST, Duration.ZERO);
        BeatsReader reader = new BeatsReader((int) FileOps.dup(beats.fd()))) {
      beats.line(BeatsLayout.MOST - 1).beat();
      assertTrue(reader.refresh());
      assertEquals(1, reader.beats(BeatsLayout.MOST - 1));
      assertEquals(Duration.ZERO, reader.limit());
      assertThrows(IndexOutOfBoundsException.class, () -> beats.line(BeatsLayout.MOST));
    }
  }

  @Test
  void otherMemoryIsRefused() throws LinuxException {
    try (SharedMemory other = SharedMemory.create("test-no-beats", SharedMemory.PAGE_SIZE)) {
      int duplicate = (int) FileOps.dup(other.fd());
      assertThrows(MalformedMessageException.class, () -> new BeatsReader(duplicate));
    }
  }

  @Test
  void memoryCannotShrink() throws IOException {
    try (Beats beats = Beats.create(200, Duration.ofSeconds(1));
        BeatsReader reader = new BeatsReader((int) FileOps.dup(beats.fd()))) {
      assertEquals(-Errno.EPERM, FileOps.ftruncate(beats.fd(), 0));
      assertTrue(reader.refresh());
    }
  }

  @Test
  void memoryThatShrinksIsNoHarm() throws IOException {
    try (Beats beats = Beats.create(200, Duration.ofSeconds(1));
        SharedMemory unsealed = SharedMemory.create("test-beats", 8 * SharedMemory.PAGE_SIZE);
        Arena arena = Arena.ofConfined()) {
      long copy = arena.allocate(SharedMemory.PAGE_SIZE, 8).address();
      FileOps.pread(beats.fd(), copy, SharedMemory.PAGE_SIZE, 0);
      FileOps.pwrite(unsealed.fd(), copy, SharedMemory.PAGE_SIZE, 0);
      try (BeatsReader reader = new BeatsReader((int) FileOps.dup(unsealed.fd()))) {
        assertTrue(reader.refresh());
        assertEquals(0, FileOps.ftruncate(unsealed.fd(), 0));
        assertFalse(reader.refresh());
      }
    }
  }
}
