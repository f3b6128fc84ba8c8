package io.ringmount.bench.torture;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** What a client has told so far. Thread-safe. */
final class ClientLog {
  private final int number;
  private final Set<Message.Kind> heard = EnumSet.noneOf(Message.Kind.class);
  private final List<SlowCall> slow = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final List<String> canceled = new ArrayList<>();
  private long lastHeard = System.nanoTime();
  private long calls;
  private Histogram latencies = Latencies.histogram();
  private boolean hung;

  /**
   * @param number of the client
   */
  ClientLog(int number) {
    this.number = number;
  }

  synchronized void take(Message message) {
    lastHeard = System.nanoTime();
    heard.add(message.kind());
    switch (message.kind()) {
      case SLOW -> slow.add(new SlowCall(message.number(0), message.number(1), message.text(2)));
      case VIOLATION -> violate(message.text(0).toLowerCase(Locale.ROOT) + ": " + message.text(1));
      case CANCELED -> canceled.add(message.text(0));
      case BEAT -> calls = message.number(0);
      case HUNG -> {
        hung = true;
        violate("hangs for %d ms in %s".formatted(message.number(0), message.text(1)));
      }
      case ENDED -> end(message);
      case READY, STOPPED -> {
        // That it was heard says all.
      }
    }
    notifyAll();
  }

  private void end(Message message) {
    calls = message.number(0);
    try {
      latencies = Latencies.decode(message.text(1));
    } catch (DataFormatException e) {
      violate("its latencies cannot be read: " + e);
    }
  }

  /** Adds a violation that somebody else saw. */
  synchronized void violate(String text) {
    violations.add("client " + number + ": " + text);
  }

  /** The client's process has ended; whoever waits for more need not. */
  synchronized void ended(int exitCode) {
    if (!heard.contains(Message.Kind.ENDED)) {
      hung = true;
      violate("ended with exit code " + exitCode);
    }
    notifyAll();
  }

  /** Waits for a message; false when it is late or the client hangs or has ended. */
  synchronized boolean await(Message.Kind kind, long deadline) throws InterruptedException {
    while (!heard.contains(kind)) {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (millis <= 0 || hung) {
        return false;
      }
      wait(millis);
    }
    return true;
  }

  /** Whether a call does not end, or the client itself has ended too early. */
  synchronized boolean hangs() {
    return hung;
  }

  synchronized long silentNanos() {
    return heard.contains(Message.Kind.ENDED) ? 0 : System.nanoTime() - lastHeard;
  }

  synchronized long calls() {
    return calls;
  }

  synchronized List<SlowCall> slow() {
    return List.copyOf(slow);
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  synchronized List<String> canceled() {
    return List.copyOf(canceled);
  }

  synchronized Histogram latencies() {
    return latencies.copy();
  }
}
