package io.ringmount.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Clients on every processor that request, pause and request again, on all subjects at once. The
 * last subject is the control: it needs no server, so whatever makes it late is the machine.
 */
final class Soak {
  /** A request that waits longer than that will never be answered. */
  private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final List<Subject> subjects;
  private final List<Integer> cpus;

  /**
   * @param subjects the last is the bare directory
   */
  Soak(List<Subject> subjects, List<Integer> cpus) {
    this.subjects = List.copyOf(subjects);
    this.cpus = List.copyOf(cpus);
  }

  /**
   * What the clients of each subject saw.
   *
   * @throws LostRequestException when a request stays without an answer
   */
  Map<Subject, List<SoakClient.Record>> run(long seconds, Consumer<String> progress)
      throws LostRequestException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    List<SoakClient> clients = new ArrayList<>();
    for (Subject subject : subjects) {
      for (int i = 0; i < cpus.size(); i++) {
        clients.add(new SoakClient(subject, cpus, i, end));
      }
    }
    ExecutorService executor =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("soak-", 0).factory());
    List<Future<SoakClient.Record>> records = clients.stream().map(executor::submit).toList();
    executor.shutdown();
    for (long second = 1; !executor.awaitTermination(1, TimeUnit.SECONDS); second++) {
      for (int i = 0; i < clients.size(); i++) {
        if (records.get(i).state() == Future.State.FAILED) {
          result(clients.get(i), records.get(i));
        }
        if (clients.get(i).waitingNanos() > LOST_NANOS) {
          throw new LostRequestException(clients.get(i) + " has waited for an answer for 20 s");
        }
      }
      if (second % 60 == 0) {
        progress.accept("minute " + second / 60 + " of " + seconds / 60);
      }
    }
    Map<Subject, List<SoakClient.Record>> result = new LinkedHashMap<>();
    for (int i = 0; i < clients.size(); i++) {
      result
          .computeIfAbsent(subjects.get(i / cpus.size()), _ -> new ArrayList<>())
          .add(result(clients.get(i), records.get(i)));
    }
    return result;
  }

  private static SoakClient.Record result(SoakClient client, Future<SoakClient.Record> record)
      throws InterruptedException {
    try {
      return record.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(client + ": " + e.getCause().getMessage(), e);
    }
  }
}
