package io.ringmount.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringmount.daemon.cli.Main;
import io.ringmount.upgrade.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cache of classes that the build makes, in the distribution that it makes. */
@Timeout(60)
class DaemonCacheIT {
  private static final String AUTO = "-XX:AOTMode=auto";
  private static final Path HOME = Path.of("target/dist").toAbsolutePath();

  @TempDir private Path directory;

  /** The exit code of the program, if Java has to end without the cache or may go on. */
  private static int run(Path home, String mode) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        new ArrayList<>(
            Distribution.at(home).command(List.of(java, "-cp", "", Main.class.getName(), "-V")));
    assertTrue(command.contains(AUTO), command::toString);
    command.replaceAll(word -> word.equals(AUTO) ? "-XX:AOTMode=" + mode : word);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private Path copy() throws IOException {
    Path copy = directory.resolve("copy");
    try (var files = Files.walk(HOME)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, copy.resolve(HOME.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return copy;
  }

  @Test
  void theDaemonUsesIt() throws Exception {
    assertEquals(0, run(HOME, "on"));
  }

  @Test
  void itFitsACopy() throws Exception {
    assertEquals(0, run(copy(), "on"));
  }

  @Test
  void oneThatDoesNotFitIsPassedOver() throws Exception {
    Path copy = copy();
    Path jar;
    try (var jars = Files.newDirectoryStream(copy.resolve("lib"), "channels-*.jar")) {
      jar = jars.iterator().next();
    }
    Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000_000_000L));
    assertNotEquals(0, run(copy, "on"));
    assertEquals(0, run(copy, "auto"));
  }
}
