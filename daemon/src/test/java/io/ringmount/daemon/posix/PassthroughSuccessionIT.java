package io.ringmount.daemon.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ringmount.channels.RequiresFuse;
import io.ringmount.daemon.MountedDirectories;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that the kernel reads and writes by itself, from one daemon to the next. */
@RequiresFuse
@Timeout(120)
class PassthroughSuccessionIT extends MountedDirectories {
  private Path mountpoint;

  @ParameterizedTest
  @ValueSource(
      strings = {"transport=uring", "transport=device", "transport=uring,backend_io=async"})
  void openFilesGoOnAndTheirSpaceComesBack(String options) throws Exception {
    Path backend = mountOther("tmpfs", directory("backend"), "size=256m");
    mountpoint = mount(backend, directory("mount"), options);
    String free = "stat -f -c %f \"$1\"";
    final String before = programs().script(free, backend).out();
    try (Shell shell = new Shell(mountpoint)) {
      shell.run("(head -c 49999999 /dev/zero; echo) > f; exec 3<>f 4>>f");
      ringmount("upgrade", mountpoint);
      assertEquals("50000004", shell.run("echo one >&4; stat -c %s f"));
      assertEquals("one", shell.run("tail -n 1 f"));
      kill();
      assertEquals("50000008", shell.run("echo two >&4; exec 5<f; stat -c %s f"));
      assertEquals("two", shell.run("tail -n 1 f; exec 3>&-"));
      shell.run("rm f; echo three >&4");
      ringmount("upgrade", mountpoint);
      assertEquals("three", shell.run("tail -n 1 <&5"));
      shell.run("exec 4>&- 5>&-");
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!programs().script(free, backend).out().equals(before) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertEquals(before, programs().script(free, backend).out());
  }

  @Test
  void readersDoNotWaitForADaemonThatStandsStill() throws Exception {
    Path backend = directory("backend");
    mountpoint = mount(backend, directory("mount"), "transport=auto");
    try (Shell shell = new Shell(mountpoint)) {
      shell.run("seq 10 > f; exec 3<f");
      long daemon = daemon();
      // The shell's own read: other programs ask for attributes as well.
      String read = "for i in 1 2 3; do read -r line <&3; echo $line; done";
      String said = shell.run("kill -STOP " + daemon + "; " + read + "; kill -CONT " + daemon);
      assertEquals("1\n2\n3", said);
      assertEquals(daemon, daemon());
    }
  }

  /** Kills the daemon; returns when another serves. */
  private void kill() throws Exception {
    long killed = daemon();
    ProcessHandle.of(killed).orElseThrow().destroyForcibly();
    long now = killed;
    while (now == killed) {
      TimeUnit.MILLISECONDS.sleep(50);
      try {
        now = daemon();
      } catch (IOException none) {
        now = killed;
      }
    }
  }

  private long daemon() throws IOException {
    return programs().status(mountpoint).get("daemonPid").getAsLong();
  }

  /** A shell that is told what to do, and meanwhile keeps open what it has open. */
  private static final class Shell implements AutoCloseable {
    private static final String DONE = "-- done";

    private final Process process;
    private final Writer input;
    private final BufferedReader output;

    Shell(Path directory) throws IOException {
      process =
          new ProcessBuilder("sh").directory(directory.toFile()).redirectErrorStream(true).start();
      input = process.outputWriter();
      output = process.inputReader();
    }

    /** What the commands print. */
    String run(String commands) throws IOException {
      input.write(commands + "; echo '" + DONE + "'\n");
      input.flush();
      StringBuilder said = new StringBuilder();
      for (String line = output.readLine();
          line != null && !line.equals(DONE);
          line = output.readLine()) {
        said.append(said.isEmpty() ? "" : "\n").append(line);
      }
      return said.toString();
    }

    @Override
    public void close() throws IOException, InterruptedException {
      input.close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }
}
