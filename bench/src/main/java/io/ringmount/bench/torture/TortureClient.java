package io.ringmount.bench.torture;

import io.ringmount.channels.linux.Cpu;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A client: works between {@code go} and {@code stop}, checks at {@code finish}. As a program it
 * reads these words, a line each, and writes {@link Message}s; it ends with its standard input.
 */
final class TortureClient {
  private static final long BEAT_MILLIS = 500;

  private final ClientPlan plan;
  private final Journal journal;
  private final CountDownLatch go = new CountDownLatch(1);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch finish = new CountDownLatch(1);

  /**
   * @param out takes messages from any thread
   */
  TortureClient(ClientPlan plan, Consumer<Message> out) {
    this.plan = plan;
    this.journal = new Journal(out);
  }

  public static void main(String[] arguments) {
    PrintStream out = System.out;
    TortureClient client =
        new TortureClient(
            ClientPlan.of(List.of(arguments)),
            message -> {
              synchronized (out) {
                out.println(message.line());
                out.flush();
              }
            });
    Thread.ofPlatform().daemon().name("orders").start(client::obey);
    client.run();
    // Whoever obeys orders waits for more of them.
    System.exit(0);
  }

  private void obey() {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        order(line);
      }
    } catch (IOException e) {
      System.err.println(e);
    }
    // Nobody is interested any more; a call that hangs must not delay the end.
    Runtime.getRuntime().halt(1);
  }

  /** {@code go}, {@code stop}, {@code finish}, in this order. */
  void order(String word) {
    switch (word) {
      case "go" -> go.countDown();
      case "stop" -> stop.countDown();
      case "finish" -> finish.countDown();
      default -> throw new IllegalArgumentException(word);
    }
  }

  /** Does everything, in the calling thread; every failure becomes a message. */
  void run() {
    Thread watch = Thread.ofPlatform().daemon().name("watch").start(this::watch);
    try (Calls calls = new Calls(journal)) {
      Cpu.pinCurrentThread(plan.cpu());
      calls.mkdir(plan.directory());
      try (FileChannel _ = Locks.hold(calls, plan.shared(), plan.number())) {
        work();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | ViolationException | RuntimeException e) {
      journal.tell(Message.of(Message.Kind.VIOLATION, "CLIENT", e));
    } finally {
      watch.interrupt();
    }
    journal.tell(
        Message.of(Message.Kind.ENDED, journal.count(), Latencies.encode(journal.latencies())));
  }

  /** The long-held lock is held from before READY until after the word to finish. */
  private void work() throws InterruptedException {
    SplittableRandom random = new SplittableRandom(plan.seed());
    List<TaskRunner> runners =
        Stream.of(TaskKind.values())
            .map(kind -> new TaskRunner(kind, plan, journal, random))
            .toList();
    journal.tell(Message.of(Message.Kind.READY));
    go.await();
    while (stop.getCount() > 0) {
      runners.get(random.nextInt(runners.size())).step();
      if (plan.pauseMicros() > 0) {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(plan.pauseMicros()));
      }
    }
    journal.tell(Message.of(Message.Kind.STOPPED));
    finish.await();
    runners.forEach(TaskRunner::finish);
  }

  private void watch() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(BEAT_MILLIS);
        journal.look(TimeUnit.MILLISECONDS.toNanos(plan.hangMillis()));
        journal.tell(Message.of(Message.Kind.BEAT, journal.count()));
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
