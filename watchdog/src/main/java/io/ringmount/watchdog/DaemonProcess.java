package io.ringmount.watchdog;

import io.ringmount.channels.linux.LinuxException;
import io.ringmount.channels.linux.PidFd;
import io.ringmount.channels.linux.Poll;
import io.ringmount.upgrade.Message;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A daemon that was started here, or was there before this watchdog. */
final class DaemonProcess implements AutoCloseable {
  /**
   * How far it is.
   *
   * <pre>
   *   STARTING ─Hello─► LOADING ─Ready─► READY ─TakeOver─► TAKING_OVER ─Serving─► SERVING
   *                        └──────────── the first: Serving ────────────────────►    │
   *                                               DRAINING ◄──────── Yielded ────────┘
   *   any, once what it is for is over: ENDING
   * </pre>
   */
  enum Stage {
    STARTING,
    LOADING,
    READY,
    TAKING_OVER,
    SERVING,
    DRAINING,
    ENDING;

    /** Whether it says what is kept. */
    boolean isMaster() {
      return this == TAKING_OVER || this == SERVING || this == DRAINING;
    }
  }

  private static final int SIGNALLED = 128;

  private final int pid;
  private final PidFd process;
  private final Optional<Process> child;
  private final List<String> command;
  private final int generation;
  private final boolean first;
  private final long startedNanos = System.nanoTime();
  private final Alarm limit;
  private final Alarm kill;

  private long sinceNanos;
  private Stage stage = Stage.STARTING;
  private EventLoop.Watch exitWatch;
  private Connection connection;
  private HangDetector hangs;
  private Message.Hello hello;
  private Message.Serving serving;
  private String failure;

  /**
   * @param pid of a process that has not been reaped
   * @param child absent when another process started it
   */
  DaemonProcess(
      EventLoop loop,
      int pid,
      Optional<Process> child,
      List<String> command,
      int generation,
      boolean first)
      throws LinuxException {
    this.pid = pid;
    this.child = child;
    this.command = command;
    this.generation = generation;
    this.first = first;
    process = PidFd.open(pid);
    limit = new Alarm(loop);
    kill = new Alarm(loop);
  }

  int pid() {
    return pid;
  }

  int pidFd() {
    return process.fd();
  }

  List<String> command() {
    return command;
  }

  int generation() {
    return generation;
  }

  boolean isFirst() {
    return first;
  }

  long startedNanos() {
    return startedNanos;
  }

  Stage stage() {
    return stage;
  }

  void stage(Stage next) {
    stage = next;
  }

  boolean is(Stage wanted) {
    return stage == wanted;
  }

  /** For what it has to do next. */
  Alarm limit() {
    return limit;
  }

  /** Has its end watched for. */
  void watch(EventLoop loop, Runnable onExit) {
    exitWatch = loop.watch(process.fd(), Poll.POLLIN, _ -> onExit.run());
  }

  /** Null when it has none. */
  Connection connection() {
    return connection;
  }

  void connect(Connection newConnection) {
    if (connection != null) {
      connection.close();
    }
    connection = newConnection;
  }

  void disconnected() {
    connection = null;
  }

  boolean isConnected() {
    return connection != null;
  }

  void send(Message message) {
    if (connection != null) {
      connection.send(message);
    }
  }

  void send(Message message, int descriptor) {
    if (connection != null) {
      connection.send(message, descriptor);
    }
  }

  void hangs(HangDetector detector) {
    if (hangs != null) {
      hangs.close();
    }
    hangs = detector;
  }

  Optional<HangDetector> hangs() {
    return Optional.ofNullable(hangs);
  }

  void hello(Message.Hello said) {
    hello = said;
  }

  /** What it said of itself; null before. */
  Message.Hello hello() {
    return hello;
  }

  /** It serves since this time of the loop. */
  void since(long nanos) {
    sinceNanos = nanos;
  }

  long sinceNanos() {
    return sinceNanos;
  }

  void serving(Message.Serving said) {
    serving = said;
  }

  /** What it said when it served; null before. */
  Message.Serving serving() {
    return serving;
  }

  void failure(String report) {
    failure = report;
  }

  void signal(int signal) {
    try {
      process.sendSignal(signal);
    } catch (LinuxException e) {
      if (!process.isExited()) {
        Log.warn("signal " + signal + " to process " + pid + ": " + e.getMessage());
      }
    }
  }

  /** Kills it unless it ends by itself in time. */
  void killAfter(Duration delay) {
    kill.set(delay, () -> signal(PidFd.SIGKILL));
  }

  boolean isExited() {
    return process.isExited();
  }

  /** Exit code of a process that has ended, as a shell gives it; -1 when nobody can know. */
  int exitCode() {
    try {
      if (child.isPresent() && child.get().waitFor(1, TimeUnit.SECONDS)) {
        return child.get().exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return -1;
  }

  /** Why it ended, as far as can be told. */
  String cause() {
    int code = exitCode();
    String how;
    if (code < 0) {
      how = "cause unknown";
    } else if (code > SIGNALLED) {
      how = "signal " + (code - SIGNALLED);
    } else {
      how = "exit code " + code;
    }
    return failure == null ? how : how + ", " + failure;
  }

  @Override
  public void close() {
    limit.clear();
    kill.clear();
    if (exitWatch != null) {
      exitWatch.cancel();
    }
    if (connection != null) {
      connection.close();
    }
    if (hangs != null) {
      hangs.close();
    }
    process.close();
  }

  @Override
  public String toString() {
    return "daemon " + generation + " (process " + pid + ")";
  }
}
