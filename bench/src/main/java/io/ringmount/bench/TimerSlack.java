package io.ringmount.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** How late the kernel may wake a sleeping thread to save power: 50 us unless set (prctl(2)). */
final class TimerSlack {
  private TimerSlack() {}

  /** Sets that of the calling thread to the least, 1 ns. */
  static void least() throws IOException {
    // The link ends with the thread's id; the file exists in the directory of a thread's own id.
    Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
    Files.write(
        Path.of("/proc").resolve(thread).resolve("timerslack_ns"),
        "1".getBytes(StandardCharsets.US_ASCII),
        StandardOpenOption.WRITE);
  }
}
