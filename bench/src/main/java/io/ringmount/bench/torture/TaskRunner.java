package io.ringmount.bench.torture;

import io.ringmount.channels.linux.Errno;
import io.ringmount.channels.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Runs tasks of one kind for a client. The first violation is reported and ends it, since what
 * follows from it says nothing more. After a call that was cancelled nobody knows whether it was
 * done: a new task begins elsewhere, where that does not matter.
 */
final class TaskRunner {
  private final TaskKind kind;
  private final ClientPlan plan;
  private final Journal journal;
  private final RandomGenerator random;
  private Calls calls;
  private Task task;
  private int attempts;
  private boolean ended;

  TaskRunner(TaskKind kind, ClientPlan plan, Journal journal, RandomGenerator random) {
    this.kind = kind;
    this.plan = plan;
    this.journal = journal;
    this.random = random;
  }

  /** Does a step; the first also sets the task up. */
  void step() {
    guarded(() -> {
      if (task == null) {
        start();
      }
      task.step();
    });
  }

  /** Checks what is there at the end. */
  void finish() {
    guarded(() -> {
      if (task != null) {
        task.finish();
      }
    });
    abandon();
    ended = true;
  }

  private void start() throws IOException, ViolationException {
    Path directory =
        plan.directory().resolve(kind.name().toLowerCase(Locale.ROOT) + "-" + attempts);
    int writer = plan.number() + attempts * plan.clients();
    attempts++;
    calls = new Calls(journal);
    calls.mkdir(directory);
    task =
        kind.start(
            calls,
            new TaskPlace(directory, plan.shared(), plan.number(), plan.clients(), writer, random));
  }

  private interface Work {
    void run() throws IOException, ViolationException;
  }

  private void guarded(Work work) {
    if (ended) {
      return;
    }
    try {
      work.run();
    } catch (LinuxException e) {
      if (plan.bounded() && e.errno() == Errno.ECANCELED) {
        journal.tell(Message.of(Message.Kind.CANCELED, e.getMessage()));
        abandon();
      } else {
        violated(e.getMessage());
      }
    } catch (ViolationException e) {
      violated(e.getMessage());
    } catch (IOException | RuntimeException e) {
      violated(e.toString());
    }
  }

  private void violated(String text) {
    journal.tell(Message.of(Message.Kind.VIOLATION, kind, text));
    abandon();
    ended = true;
  }

  private void abandon() {
    if (task != null) {
      try {
        task.abandon();
      } catch (IOException told) {
        // Whatever ended the task has been told; its file is closed all the same.
      }
      task = null;
    }
    if (calls != null) {
      calls.close();
      calls = null;
    }
  }
}
