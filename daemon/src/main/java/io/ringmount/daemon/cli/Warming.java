package io.ringmount.daemon.cli;

import io.ringmount.daemon.cache.Warmth;
import io.ringmount.daemon.control.WarmRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Asks a daemon for files to be copied into its cache until all of them are. */
final class Warming {
  private static final long PAUSE_MILLIS = 500;

  /** How long nothing may become better before it is given up. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final ServingMount mount;
  private final boolean pin;
  private final boolean wait;
  private final Consumer<String> complaints;
  private final FileProgress progress;
  private Deque<String> pending;
  private final int files;
  private int refused;

  /** Of the files that are no longer asked for. */
  private long bytes;

  private long cachedBytes;

  /**
   * What came of it.
   *
   * @param files that were asked for
   * @param bytes of those that were not refused
   * @param cachedBytes of them that are in the cache
   * @param refused files that cannot be copied
   */
  record Outcome(int files, long bytes, long cachedBytes, int refused) {}

  /**
   * @param paths relative to the mount point
   * @param pin whether their copies are to stay
   * @param wait until they are copied, not only until they are accepted
   * @param complaints get a line for each file that is refused
   */
  Warming(
      ServingMount mount,
      List<String> paths,
      boolean pin,
      boolean wait,
      Consumer<String> complaints) {
    this.mount = mount;
    this.pin = pin;
    this.wait = wait;
    this.complaints = complaints;
    this.progress = FileProgress.begin();
    this.pending = new ArrayDeque<>(paths);
    this.files = paths.size();
  }

  Outcome run() throws CommandFailure, InterruptedException {
    long better = System.nanoTime();
    long before = -1;
    try (progress) {
      while (!pending.isEmpty()) {
        long there = pass();
        progress.show(cachedBytes + there, files - pending.size(), files);
        if (there + bytes + refused != before) {
          before = there + bytes + refused;
          better = System.nanoTime();
        } else if (System.nanoTime() - better > PATIENCE_NANOS) {
          pending.forEach(each -> refuse(each, "is not copied"));
          pending.clear();
        }
        if (!pending.isEmpty()) {
          TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
      }
    }
    return new Outcome(files, bytes, cachedBytes, refused);
  }

  /** Asks once for each pending file; returns what is there of those that go on being pending. */
  private long pass() throws CommandFailure {
    Deque<String> left = new ArrayDeque<>();
    long there = 0;
    while (!pending.isEmpty()) {
      List<String> batch = PathBatches.take(pending);
      List<Warmth> answers = ask(batch);
      for (int i = 0; i < batch.size(); i++) {
        Warmth answer = answers.get(i);
        if (answer.why() != null) {
          refuse(batch.get(i), answer.why());
        } else if (answer.there() == answer.size() || answer.accepted() && !wait) {
          bytes += answer.size();
          cachedBytes += answer.there();
        } else {
          left.add(batch.get(i));
          there += answer.there();
        }
      }
    }
    pending = left;
    return there;
  }

  private List<Warmth> ask(List<String> batch) throws CommandFailure {
    List<Warmth> answers =
        mount.ask("answer", daemon -> daemon.warm(new WarmRequest(batch, pin))).files();
    if (answers == null || answers.size() != batch.size()) {
      throw CommandFailure.reported("the daemon's answer makes no sense");
    }
    return answers;
  }

  private void refuse(String path, String why) {
    refused++;
    complaints.accept("ringmount: " + path + ": " + why);
  }
}
