package io.ringmount.bench.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A run: mounts, lets clients work, does what the schedule says, checks everything, unmounts.
 * Closing, also by the end of this program on a signal, leaves no process, no mount and no file.
 */
public final class Torture implements AutoCloseable {
  private static final long SNAPSHOT_MILLIS = 60_000;
  private static final long SETTLE_MILLIS = 10_000;
  private static final long POLL_MILLIS = 20;
  private static final int EVENTS_A_LINE = 10;

  private final TortureSettings settings;
  private final Schedule schedule;
  private final Path work;
  private final TortureMount mount;
  private final List<String> violations = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Thread atExit = new Thread(this::closeAtExit, "torture-exit");
  private ProcessChecks processes;
  private Load load;
  private boolean closed;

  public Torture(TortureSettings settings, Schedule schedule) throws IOException {
    this.settings = settings;
    this.schedule = schedule;
    work = Files.createTempDirectory(settings.directory().toRealPath(), "torture");
    mount =
        new TortureMount(
            settings.home(),
            work,
            Stream.concat(schedule.javaFlags().stream(), settings.javaFlags().stream()).toList());
    SharedDirectory.make(mount.source(), settings.load().clients());
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Runs once; what goes wrong with the mount is in the result. */
  public TortureResult run(Consumer<String> progress) throws IOException, InterruptedException {
    mount.mount(settings.options());
    processes = new ProcessChecks(mount, settings.mayHaveStandby(), settings.count());
    List<Event> events = new ArrayList<>();
    List<SlowCall> stalls;
    load = Load.start(mount.mountpoint(), settings.load(), work);
    try (Stalls machine = new Stalls()) {
      happen(events, progress);
      stalls = machine.list();
    }
    load.finish();
    if (!load.hangs()) {
      checkEnd();
    }
    violations.addAll(processes.violations());
    violations.addAll(load.violations());
    notes.addAll(processes.notes());
    Pauses pauses = new Pauses(events, load.slow(), stalls);
    settings.limits().ifPresent(limits -> violations.addAll(limits.violations(pauses)));
    return new TortureResult(pauses, load.latencies(), load.canceled(), notes, violations);
  }

  private void happen(List<Event> events, Consumer<String> progress) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(settings.load().seed());
    try {
      for (int number = 0; number < settings.count(); number++) {
        pause(random);
        if (load.hangs()) {
          return;
        }
        processes.before(number);
        Event event = schedule.next(number, mount);
        processes.after(number, schedule);
        events.add(event);
        if ((number + 1) % EVENTS_A_LINE == 0) {
          progress.accept(
              "%d of %d, %d calls, %d violations"
                  .formatted(number + 1, settings.count(), load.calls(), load.violations().size()));
        }
      }
      pause(random);
    } catch (IOException | ViolationException e) {
      processes.eventFailed();
      violations.add(
          "event %d, %s: %s".formatted(events.size() + 1, schedule.title(), e.getMessage()));
    }
  }

  /** From half to one and a half of the interval. */
  private void pause(SplittableRandom random) throws InterruptedException {
    long interval = settings.intervalMillis();
    TimeUnit.MILLISECONDS.sleep(interval / 2 + random.nextLong(interval + 1));
  }

  /** What must be true when nobody uses the mount any more, before and after its end. */
  private void checkEnd() throws InterruptedException {
    try {
      processes.end();
      settle(() -> mount.waiting() == 0, "the kernel has requests that are not answered");
      TreeSnapshot through =
          Limited.run("snapshot", SNAPSHOT_MILLIS, () -> TreeSnapshot.of(mount.mountpoint()));
      TortureMount.Outcome unmounted = mount.unmount();
      if (unmounted.code() != 0) {
        violations.add("unmount: " + unmounted.output());
        return;
      }
      settle(() -> mount.processes().isEmpty(), "processes are left after the unmount");
      through.differences(TreeSnapshot.of(mount.source())).stream()
          .map(each -> "through the mount and on the source: " + each)
          .forEach(violations::add);
    } catch (IOException e) {
      violations.add("at the end: " + e.getMessage());
    }
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private void settle(Condition condition, String otherwise)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SETTLE_MILLIS);
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        violations.add(otherwise);
        return;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  /** The connection first: a client that waits for it cannot end. */
  @Override
  public synchronized void close() throws IOException, InterruptedException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      mount.abandon();
    } finally {
      if (load != null) {
        load.close();
      }
    }
    mount.delete();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException endingAlready) {
      return;
    }
  }

  private void closeAtExit() {
    try {
      close();
    } catch (IOException e) {
      System.err.println("ringmount bench: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
