package io.ringmount.bench.torture;

import io.ringmount.channels.linux.Cpu;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** All clients on one directory. Closing ends those that still live. */
final class Load implements AutoCloseable {
  private static final long START_MILLIS = 60_000;

  /** For the last checks, which read every file. */
  private static final long FINISH_MILLIS = 60_000;

  /** A client beats twice a second; its machine may be busy. */
  private static final long SILENCE_MILLIS = 10_000;

  private final LoadSettings settings;
  private final List<ClientProcess> clients = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();

  private Load(LoadSettings settings) {
    this.settings = settings;
  }

  /**
   * Starts the clients and returns when all are at work.
   *
   * @param root has a {@link SharedDirectory}
   * @param logs what they write to their standard error; not below {@code root}
   */
  static Load start(Path root, LoadSettings settings, Path logs)
      throws IOException, InterruptedException {
    Load load = new Load(settings);
    try {
      int[] cpus = Cpu.usable();
      for (int i = 0; i < settings.clients(); i++) {
        ClientPlan plan =
            new ClientPlan(
                root,
                i,
                settings.clients(),
                cpus[i % cpus.length],
                settings.seed() + i,
                settings.pauseMicros(),
                settings.hangMillis(),
                settings.bounded());
        load.clients.add(ClientProcess.start(plan, logs));
      }
      load.await(Message.Kind.READY, START_MILLIS);
      load.order("go");
      return load;
    } catch (IOException | InterruptedException | RuntimeException e) {
      load.close();
      throw e;
    }
  }

  private void order(String word) {
    clients.forEach(each -> each.order(word));
  }

  private void await(Message.Kind kind, long millis) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (ClientProcess client : clients) {
      if (!client.log().await(kind, deadline) && !client.log().hangs()) {
        client.log().violate("was not " + kind + " within " + millis + " ms");
      }
    }
  }

  /** Whether a client hangs, has ended or is silent: more of the test would say nothing. */
  boolean hangs() {
    long limit = TimeUnit.MILLISECONDS.toNanos(settings.hangMillis() + SILENCE_MILLIS);
    for (ClientProcess client : clients) {
      if (client.log().silentNanos() > limit) {
        violations.add("a client is silent");
        return true;
      }
    }
    return clients.stream().anyMatch(each -> each.log().hangs());
  }

  /** Lets all stop, then all check; no lock is given up before the last has stopped. */
  void finish() throws InterruptedException {
    order("stop");
    await(Message.Kind.STOPPED, settings.hangMillis() + SILENCE_MILLIS);
    order("finish");
    await(Message.Kind.ENDED, FINISH_MILLIS);
  }

  List<String> violations() {
    return Stream.concat(
            violations.stream(), clients.stream().flatMap(each -> each.log().violations().stream()))
        .toList();
  }

  List<String> canceled() {
    return clients.stream().flatMap(each -> each.log().canceled().stream()).toList();
  }

  List<SlowCall> slow() {
    return clients.stream().flatMap(each -> each.log().slow().stream()).toList();
  }

  /** Calls that have ended so far. */
  long calls() {
    return clients.stream().mapToLong(each -> each.log().calls()).sum();
  }

  /** Of all calls; complete after {@link #finish}. */
  Histogram latencies() {
    Histogram all = Latencies.histogram();
    clients.forEach(each -> all.add(each.log().latencies()));
    return all;
  }

  @Override
  public void close() throws InterruptedException {
    for (ClientProcess client : clients) {
      client.close();
    }
  }
}
