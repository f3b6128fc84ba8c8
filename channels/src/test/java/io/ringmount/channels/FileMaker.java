package io.ringmount.channels;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.channels.linux.Cpu;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * A process that makes {@link CountedFiles}, one after the other in ascending order, until there
 * are enough of them, a file says stop, or one cannot be made.
 */
final class FileMaker {
  private static final long PATIENCE_SECONDS = 20;

  private static final String SCRIPT =
      "i=$1; while [ $i -lt $2 ] && [ ! -e \"$3\" ]; do : >\"$0/$i\"; i=$((i+1)); done; echo $i";

  private final Process process;
  private final int first;

  /** Files that were seen to be made. */
  private int made;

  /** The file that would have been next; empty before the end was seen. */
  private OptionalInt next = OptionalInt.empty();

  private FileMaker(Process process, int first) {
    this.process = process;
    this.first = first;
  }

  /**
   * @param first the file that is made first
   * @param stop ends the process soon once it exists
   */
  static FileMaker start(int cpu, Path directory, int first, int count, Path stop)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                "sh",
                "-c",
                SCRIPT,
                directory.toString(),
                Integer.toString(first),
                Integer.toString(first + count),
                stop.toString())
            .redirectErrorStream(true);
    // A process inherits the processor of the thread that starts it.
    FutureTask<Process> start =
        new FutureTask<>(() -> {
          Cpu.pinCurrentThread(cpu);
          return builder.start();
        });
    Thread.ofPlatform().daemon().start(start);
    return new FileMaker(start.get(), first);
  }

  int first() {
    return first;
  }

  /** How many files the process has made so far. One thread. */
  int made(CountedFiles files) {
    while (files.made(first + made) > 0) {
      made++;
    }
    return made;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits for the end, which must be without an error; the file that would have been next. One
   * thread.
   */
  int awaitEnd() throws Exception {
    if (next.isPresent()) {
      return next.getAsInt();
    }
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "a request is not answered");
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.exitValue(), said);
    next = OptionalInt.of(Integer.parseInt(said.strip()));
    return next.getAsInt();
  }

  /** Kills the process; whom nobody answers, only the end of the connection frees. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "a process cannot be killed");
  }
}
