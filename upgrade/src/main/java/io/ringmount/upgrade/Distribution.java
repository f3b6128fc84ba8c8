package io.ringmount.upgrade;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A build that can be run, checked when it is opened:
 *
 * <pre>
 *   VERSION          one line, for people
 *   STATE_VERSION    a number, see {@link StateVersion}
 *   jvm.options      flags of the daemon's JVM
 *   lib/             jars, that of the daemon naming those it needs, and caches of their classes
 *   runtime/         a Java of its own; optional
 * </pre>
 */
public final class Distribution {
  /** System property with the directory; absent when classes run from a build tree. */
  public static final String HOME = "ringmount.home";

  private static final String OPTIONS = "jvm.options";
  private static final String CACHE = "daemon.aot";

  /**
   * A cache that does not fit this Java, its flags or the jars is passed over, in silence.
   *
   * @see <a href="https://openjdk.org/jeps/514">JEP 514</a>
   */
  private static final List<String> CACHE_IS_OPTIONAL =
      List.of("-XX:AOTMode=auto", "-Xlog:aot*=off", "-Xlog:cds*=off");

  private static final int LONGEST_VERSION = 100;
  private static final int LARGEST_FILE = 4096;

  private final Path directory;
  private final String version;
  private final int stateVersion;
  private final Path jar;

  private Distribution(Path directory, Path jar, String version, int stateVersion) {
    this.directory = directory;
    this.jar = jar;
    this.version = version;
    this.stateVersion = stateVersion;
  }

  /**
   * Opens the distribution in a directory.
   *
   * @throws IOException says what is wrong, naming the file
   */
  public static Distribution at(Path directory) throws IOException {
    Path home = directory.toAbsolutePath().normalize();
    if (!Files.isDirectory(home)) {
      throw new IOException(home + " is not a directory");
    }
    if (!Files.isReadable(home.resolve(OPTIONS))) {
      throw new IOException(home + " is not a distribution: no " + OPTIONS);
    }
    Path jar = jar(home, "daemon");
    String state = line(home, StateVersion.FILE);
    try {
      return new Distribution(home, jar, line(home, "VERSION"), Integer.parseInt(state));
    } catch (NumberFormatException e) {
      throw new IOException(home.resolve(StateVersion.FILE) + " has no number: '" + state + "'", e);
    }
  }

  /** The distribution that this process runs from, if any. */
  public static Optional<Distribution> running() throws IOException {
    String home = System.getProperty(HOME);
    return home == null ? Optional.empty() : Optional.of(at(Path.of(home)));
  }

  /**
   * The jar of a module.
   *
   * @throws IOException when there is none
   */
  static Path jar(Path home, String module) throws IOException {
    Path lib = home.resolve("lib");
    if (Files.isDirectory(lib)) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, module + "-[0-9]*.jar")) {
        for (Path jar : jars) {
          return jar;
        }
      }
    }
    throw new IOException(home + " is not a distribution: no " + module + "'s jar in lib");
  }

  private static String line(Path home, String name) throws IOException {
    Path file = home.resolve(name);
    if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_FILE) {
      throw new IOException(home + " is not a distribution: no " + name);
    }
    String text = Files.readString(file).lines().findFirst().orElse("").strip();
    if (text.isEmpty()) {
      throw new IOException(file + " is empty");
    }
    return text.substring(0, Math.min(text.length(), LONGEST_VERSION));
  }

  /** Absolute. */
  public Path directory() {
    return directory;
  }

  /** For people. */
  public String version() {
    return version;
  }

  /** Of the shared memory that its daemon writes. */
  public int stateVersion() {
    return stateVersion;
  }

  /**
   * The command line that runs from this distribution what {@code command} runs from wherever: the
   * same main class and arguments, and the same file for Java's crash report.
   *
   * @param command a {@code java} command line with {@code -cp}
   * @throws IOException when it is none
   */
  public List<String> command(List<String> command) throws IOException {
    int classPath = command.indexOf("-cp");
    if (classPath < 1 || command.size() < classPath + 3) {
      throw new IOException("not a Java command line: " + String.join(" ", command));
    }
    List<String> words = new ArrayList<>();
    words.add(java(command.getFirst()));
    words.add("@" + directory.resolve(OPTIONS));
    words.add("-D" + HOME + "=" + directory);
    for (String flag : command.subList(1, classPath)) {
      if (flag.startsWith("-XX:ErrorFile=")) {
        words.add(flag);
      }
    }
    Path cache = directory.resolve("lib").resolve(CACHE);
    if (Files.isReadable(cache)) {
      words.add("-XX:AOTCache=" + cache);
      words.addAll(CACHE_IS_OPTIONAL);
    }
    // One jar, not a pattern: a cache wants the same class path, and in the same order.
    words.add("-cp");
    words.add(jar.toString());
    words.addAll(command.subList(classPath + 2, command.size()));
    return words;
  }

  private String java(String otherwise) {
    Path own = directory.resolve("runtime").resolve("bin").resolve("java");
    return Files.isExecutable(own) ? own.toString() : otherwise;
  }
}
