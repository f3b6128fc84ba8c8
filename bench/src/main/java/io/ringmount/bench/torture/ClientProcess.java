package io.ringmount.bench.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client as a process. Closing ends it, unless the kernel does not let it go yet. */
final class ClientProcess implements AutoCloseable {
  private static final List<String> FLAGS =
      List.of(
          "-Xms8m",
          "-Xmx48m",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-XX:-UsePerfData",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private static final long END_SECONDS = 5;

  private final Process process;
  private final Writer orders;
  private final ClientLog log;

  private ClientProcess(Process process, ClientLog log) {
    this.process = process;
    this.orders = process.outputWriter(StandardCharsets.US_ASCII);
    this.log = log;
  }

  /**
   * Starts a client.
   *
   * @param logs where its standard error goes; not on the mount
   */
  static ClientProcess start(ClientPlan plan, Path logs) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(TortureClient.class.getName());
    command.addAll(plan.arguments());
    Path errors = logs.resolve("client-" + plan.number() + ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectError(errors.toFile())
            .start();
    ClientLog log = new ClientLog(plan.number());
    ClientProcess client = new ClientProcess(process, log);
    Thread.ofPlatform().daemon().name("client-" + plan.number()).start(() -> client.listen(errors));
    return client;
  }

  private void listen(Path errors) {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        log.take(Message.parse(line));
      }
      int code = process.waitFor();
      if (code != 0) {
        log.violate("its last words: " + Files.readString(errors).strip());
      }
      log.ended(code);
    } catch (IOException | IllegalArgumentException e) {
      log.violate("its messages cannot be read: " + e);
      log.ended(-1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  ClientLog log() {
    return log;
  }

  /** See {@link TortureClient#order}; a client that has ended is told nothing. */
  void order(String word) {
    try {
      orders.write(word + "\n");
      orders.flush();
    } catch (IOException ended) {
      // Its log says how.
      return;
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(END_SECONDS, TimeUnit.SECONDS);
  }
}
