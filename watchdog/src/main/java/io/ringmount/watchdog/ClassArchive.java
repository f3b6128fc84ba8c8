package io.ringmount.watchdog;

import io.ringmount.channels.linux.SharedMemory;
import io.ringmount.upgrade.StateVersion;
import io.ringmount.upgrade.WatchdogLink;
import io.ringmount.upgrade.WatchdogStarter;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the file with which a distribution's watchdog starts quickly: runs one with a daemon that
 * says it serves and ends, and has the JVM write down the classes. Part of the build.
 */
public final class ClassArchive implements WatchdogLink.Listener {
  private static final int LIMIT_SECONDS = 60;

  private ClassArchive() {}

  /**
   * @param args the directory of the distribution; or, as that daemon, the watchdog's socket and a
   *     second word
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length == 1) {
      make(Path.of(args[0]).toAbsolutePath());
    } else {
      new ClassArchive().serve(Path.of(args[0]));
    }
  }

  private static void make(Path home) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("ringmount-archive");
    try {
      run(home, directory);
    } finally {
      delete(directory);
    }
  }

  private static void run(Path home, Path directory) throws IOException, InterruptedException {
    Path archive = home.resolve("lib").resolve(WatchdogStarter.ARCHIVE);
    Path log = directory.resolve("log");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String socket = directory.resolve("socket").toString();
    Process process =
        new ProcessBuilder(
                List.of(
                    java,
                    "@" + home.resolve(WatchdogStarter.OPTIONS),
                    "-XX:ArchiveClassesAtExit=" + archive,
                    "-jar",
                    WatchdogStarter.jar(home).toString(),
                    "archive",
                    socket,
                    log.toString(),
                    WatchdogStarter.DAEMON,
                    java,
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    home.resolve("lib") + "/*",
                    ClassArchive.class.getName(),
                    socket,
                    "daemon"))
            .redirectError(log.toFile())
            .redirectOutput(new File("/dev/null"))
            .start();
    try (OutputStream order = process.getOutputStream()) {
      order.write("{}".getBytes(StandardCharsets.UTF_8));
    }
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    if (!ended || process.exitValue() != 0 || !Files.exists(archive)) {
      throw new IOException("no archive of the watchdog's classes: " + Files.readString(log));
    }
  }

  private static void delete(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  private void serve(Path socket) throws IOException {
    WatchdogLink.Hello hello = new WatchdogLink.Hello(StateVersion.CURRENT, "archive");
    try (WatchdogLink link = WatchdogLink.connect(socket, hello, this);
        SharedMemory memory = SharedMemory.create("archive", SharedMemory.PAGE_SIZE)) {
      link.keep("memory", memory.fd());
      link.serving("", 0, System.nanoTime());
      link.drop("memory");
      link.ended();
    }
  }

  @Override
  public void takeOver(int predecessor, boolean dead) {}

  @Override
  public void yield() {}

  @Override
  public void predecessorGone() {}

  @Override
  public void stop() {}

  @Override
  public void lost(boolean needed) {}
}
