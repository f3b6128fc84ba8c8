package io.ringmount.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the jcstress tests, whose names end in {@code Stress}: one or more behind each claim about
 * the order in which threads see what others write. By default each takes a moment. For a long run,
 * in which all ways to compile the code are tried, {@code stress.mode} is one of jcstress's own
 * {@code quick}, {@code default}, {@code tough} and {@code stress}:
 *
 * <pre>
 *   ./ringmount test -pl channels -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Dit.test=MemoryOrderIT -Dit.timeout.seconds=0 -Dstress.mode=quick
 * </pre>
 */
class MemoryOrderIT {
  private static final long LIMIT_MINUTES = 4;
  private static final long LONG_LIMIT_MINUTES = TimeUnit.DAYS.toMinutes(2);

  /**
   * How many samples are in the making is a matter of {@link StressSlots} too. Two threads that
   * yield to each other keep going on a machine that others use.
   */
  private static final List<String> ALWAYS =
      List.of("-strideSize", "64", "-strideCount", "64", "-spinStyle", "THREAD_YIELD");

  private static final List<String> MOMENT =
      List.of("-f", "1", "-iters", "1", "-time", "300", "-sc", "false", "-af", "NONE");

  @TempDir private Path folder;

  @Test
  void noForbiddenOutcomeIsSeen() throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "jcstress leaves out all tests");
    String mode = System.getProperty("stress.mode");
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command(mode))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      long minutes = mode == null ? LIMIT_MINUTES : LONG_LIMIT_MINUTES;
      assertTrue(process.waitFor(minutes, TimeUnit.MINUTES), () -> "no end:\n" + read(output));
    } finally {
      List<ProcessHandle> forks = process.descendants().toList();
      process.destroyForcibly();
      forks.forEach(ProcessHandle::destroyForcibly);
    }
    String said = read(output);
    int results = said.indexOf("RUN RESULTS");
    assertTrue(results >= 0, said);
    assertFalse(said.contains("[SKIPPED]"), said);
    assertEquals(0, process.exitValue(), () -> said.substring(results));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> command(String mode) {
    // Those of the product, with which this JVM was started.
    List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    Collections.addAll(command, "-cp", System.getProperty("java.class.path"));
    Collections.addAll(command, "org.openjdk.jcstress.Main", "-r", folder.toString());
    command.addAll(ALWAYS);
    if (mode == null) {
      command.addAll(MOMENT);
      Collections.addAll(command, "-jvmArgs", String.join(" ", options));
    } else {
      Collections.addAll(command, "-m", mode, "-jvmArgsPrepend", String.join(" ", options));
    }
    return command;
  }
}
