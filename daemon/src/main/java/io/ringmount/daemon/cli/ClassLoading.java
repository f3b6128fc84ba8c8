package io.ringmount.daemon.cli;

import io.ringmount.channels.FuseMount;
import io.ringmount.upgrade.WatchdogLink;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads and verifies the classes that take part in a hand-over before there is one: most are used
 * for the first time in the very milliseconds in which nobody serves.
 */
final class ClassLoading {
  private static final Logger LOG = LoggerFactory.getLogger(ClassLoading.class);

  /** One of each jar. */
  private static final List<Class<?>> EXAMPLES =
      List.of(FuseMount.class, WatchdogLink.class, Service.class);

  /** Commands, and what only they use. */
  private static final String COMMAND = "Command.class";

  private ClassLoading() {}

  /** Returns when all are loaded; what cannot be is left to be found out later. */
  static void loadAll() {
    long start = System.nanoTime();
    int count = 0;
    for (Class<?> example : EXAMPLES) {
      try {
        count += load(example);
      } catch (IOException | URISyntaxException e) {
        LOG.debug("classes beside {} are loaded when they are used", example, e);
      }
    }
    LOG.debug("{} classes loaded in {} us", count, (System.nanoTime() - start) / 1000);
  }

  private static int load(Class<?> example) throws IOException, URISyntaxException {
    URI source = example.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path path = Path.of(source);
    if (Files.isDirectory(path)) {
      return load(path, example.getClassLoader());
    }
    try (FileSystem jar = FileSystems.newFileSystem(path, Map.of())) {
      return load(jar.getPath("/"), example.getClassLoader());
    }
  }

  private static int load(Path root, ClassLoader loader) throws IOException {
    int count = 0;
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = root.relativize(file).toString();
        if (name.endsWith(".class") && !name.endsWith("-info.class") && !name.endsWith(COMMAND)) {
          count += load(name, loader) ? 1 : 0;
        }
      }
    }
    return count;
  }

  private static boolean load(String file, ClassLoader loader) {
    String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
    try {
      Class.forName(name, true, loader);
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      LOG.debug("{} is not loaded", name, e);
      return false;
    }
  }
}
