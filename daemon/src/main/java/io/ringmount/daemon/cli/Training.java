package io.ringmount.daemon.cli;

import io.ringmount.channels.Execution;
import io.ringmount.channels.linux.Cpu;
import io.ringmount.daemon.config.InvalidOptionsException;
import io.ringmount.daemon.config.MountOptionParser;
import io.ringmount.daemon.config.MountSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the build runs so that the JVM can write down the daemon's classes as they are when loaded
 * and linked: a daemon then needs little more than half the time to start.
 *
 * <p>Root has a mount rehearsed too; a build by anybody else, or without {@code /dev/fuse}, has a
 * smaller cache.
 *
 * @see <a href="https://openjdk.org/jeps/514">JEP 514</a>
 */
final class Training {
  private static final Logger LOG = LoggerFactory.getLogger(Training.class);

  private Training() {}

  public static void main(String[] args) throws Exception {
    Main.commandLine().setOut(new PrintWriter(Writer.nullWriter())).execute("mount", "--help");
    Main.commandLine().parseArgs("serve", "name", "/");
    ClassLoading.loadAll();
    Path directory = Files.createTempDirectory("ringmount-training");
    try {
      rehearse(directory);
    } catch (IOException e) {
      LOG.info("the cache of classes is made without a mount: {}", e.getMessage());
    } finally {
      Files.delete(directory);
    }
  }

  private static void rehearse(Path directory)
      throws IOException, InvalidOptionsException, InterruptedException {
    MountSettings settings =
        MountSettings.of(directory, directory, MountOptionParser.parse(Map.of(), Map.of()));
    new Rehearsal(
            directory,
            settings.toMirrorOptions(1),
            settings.toMountOptions(Cpu.usable(), Execution.INLINE, directory.resolve("metrics")))
        .run(() -> true);
  }
}
