package io.ringmount.daemon;

import com.google.gson.JsonObject;
import io.ringmount.daemon.control.ControlClient;
import io.ringmount.daemon.control.Json;
import io.ringmount.daemon.control.RunRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs with a time limit, Ringmount itself as it is distributed among them. */
public final class Programs {
  private static final Path LAUNCHER = Path.of("target/dist/bin/ringmount").toAbsolutePath();
  private static final long LIMIT_SECONDS = 60;
  private static final String RUN_DIRECTORY = "RINGMOUNT_RUN_DIR";

  /** The {@code java} launcher takes flags from it; processes hand it on to those they start. */
  private static final String JAVA_FLAGS = "JDK_JAVA_OPTIONS";

  private final RunRoot root;
  private final Map<String, String> environment = new HashMap<>();

  /** What a program came to; its output read byte by byte, as names need not be text. */
  public record Outcome(int code, String out, String err) {}

  /**
   * @param runDirectory what Ringmount takes for its run directory, so that tests do not meet
   */
  public Programs(Path runDirectory) {
    root = new RunRoot(runDirectory);
    environment.put(RUN_DIRECTORY, runDirectory.toString());
  }

  /** Has all programs find this in their environment. */
  public Programs with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /**
   * Has every Java process that is started have these flags, beside its own; each says so on
   * standard error.
   */
  public Programs withJavaFlags(List<String> flags) {
    return with(JAVA_FLAGS, String.join(" ", flags));
  }

  /** {@code ringmount ARGUMENTS}, through its launcher. */
  public Outcome ringmount(Object... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(LAUNCHER.toString()));
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    return run(words);
  }

  /** What {@code ringmount status --json} prints, without starting a program. */
  public JsonObject status(Path mountpoint) throws IOException {
    return Json.tree(new ControlClient(root.at(mountpoint).socket()).status()).getAsJsonObject();
  }

  /** A bash script that stops at its first failure; {@code $1} and so on are the arguments. */
  public Outcome script(String text, Object... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("bash", "-euc", text, "script"));
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    return run(words);
  }

  private Outcome run(List<String> words) throws IOException, InterruptedException {
    Path out = Files.createTempFile("out", null);
    Path err = Files.createTempFile("err", null);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().putAll(environment);
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(words + " still runs after " + LIMIT_SECONDS + " s");
      }
      return new Outcome(
          process.exitValue(),
          Files.readString(out, StandardCharsets.ISO_8859_1),
          Files.readString(err, StandardCharsets.ISO_8859_1));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Files.delete(out);
      Files.delete(err);
    }
  }
}
