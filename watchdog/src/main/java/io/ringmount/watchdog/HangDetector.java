package io.ringmount.watchdog;

import io.ringmount.upgrade.BeatsReader;
import java.util.Optional;

/**
 * Tells whether a daemon hangs, from its heartbeat and from what the kernel says of a thread whose
 * heartbeat stands still: a thread that is stopped, that runs, or that waits for another thread
 * hangs; one that sleeps in any other system call waits for a slow backend. It takes two looks in a
 * row that say so.
 */
final class HangDetector implements AutoCloseable {
  /** Where threads are seen; for tests. */
  interface Eyes {
    /** Empty when the thread has ended. */
    Optional<ThreadLook> look(int pid, int thread);
  }

  private static final class Line {
    private int thread;
    private long beats;
    private long stillNanos;
    private ThreadLook last;
    private boolean suspect;
  }

  private final int pid;
  private final BeatsReader beats;
  private final Eyes eyes;
  private final long mostNanos;
  private final Line[] lines;

  /**
   * Watches one daemon.
   *
   * @param beats owned by this object
   * @param mostNanos the most that counts between two looks: while this process was stopped, the
   *     daemon may have been as well
   */
  HangDetector(int pid, BeatsReader beats, Eyes eyes, long mostNanos) {
    this.pid = pid;
    this.beats = beats;
    this.eyes = eyes;
    this.mostNanos = mostNanos;
    lines = new Line[beats.threads()];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = new Line();
    }
  }

  /**
   * Looks.
   *
   * @param elapsedNanos since the look before
   * @return what hangs and how, for the log; empty when nothing does
   */
  Optional<String> look(long elapsedNanos) {
    if (!beats.refresh()) {
      return Optional.empty();
    }
    long limit = beats.limit().toNanos();
    long counted = Math.min(elapsedNanos, mostNanos);
    Optional<String> found = Optional.empty();
    for (int i = 0; i < lines.length; i++) {
      Optional<String> hang = look(lines[i], beats.thread(i), beats.beats(i), counted, limit);
      if (hang.isPresent()) {
        found = hang;
      }
    }
    return found;
  }

  private Optional<String> look(Line line, int thread, long count, long elapsed, long limit) {
    if (thread == 0 || thread != line.thread || count != line.beats) {
      line.thread = thread;
      line.beats = count;
      line.stillNanos = 0;
      line.last = null;
      line.suspect = false;
      return Optional.empty();
    }
    line.stillNanos += elapsed;
    if (limit == 0 || line.stillNanos < limit) {
      return Optional.empty();
    }
    Optional<ThreadLook> now = eyes.look(pid, thread);
    Optional<String> hang = judge(line.last, now);
    boolean twice = line.suspect && hang.isPresent();
    line.last = now.orElse(null);
    line.suspect = hang.isPresent();
    return twice
        ? hang.map(how ->
            "thread "
                + thread
                + " has not beaten for "
                + line.stillNanos / 1_000_000
                + " ms: "
                + how)
        : Optional.empty();
  }

  /** How a thread hangs, if it does. */
  private static Optional<String> judge(ThreadLook before, Optional<ThreadLook> now) {
    if (now.isEmpty()) {
      return Optional.of("it has ended");
    }
    ThreadLook look = now.get();
    if (look.state() == 'T') {
      return Optional.of("it is stopped");
    }
    if (before != null && look.ticks() > before.ticks()) {
      return Optional.of("it runs and runs");
    }
    if (look.state() == 'S' && look.inFutex()) {
      return Optional.of("it waits for another thread");
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    beats.close();
  }
}
