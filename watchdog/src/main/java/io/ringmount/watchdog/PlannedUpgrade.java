package io.ringmount.watchdog;

import io.ringmount.upgrade.Distribution;
import io.ringmount.upgrade.MalformedMessageException;
import io.ringmount.upgrade.Message;
import io.ringmount.upgrade.Packet;
import io.ringmount.upgrade.StateVersion;
import io.ringmount.upgrade.UpgradeReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An upgrade under way: what it replaces, how it goes, and who asked for it. */
final class PlannedUpgrade implements Connection.Owner {
  private final DaemonProcess old;
  private final List<String> oldCommand;
  private final String oldVersion;
  private final int oldStateVersion;
  private int newStateVersion;

  /** Null when whoever asked does not wait any more. */
  private Connection client;

  private long readyNanos;
  private long yieldedNanos = -1;
  private String failure;

  PlannedUpgrade(DaemonProcess old, Connection client) {
    this.old = old;
    this.client = client;
    oldCommand = old.command();
    oldVersion = old.hello().programVersion();
    oldStateVersion = old.hello().stateVersion();
    newStateVersion = oldStateVersion;
    client.handTo(this);
  }

  /**
   * The command line of the daemon to start.
   *
   * @param distribution directory; empty for the old daemon's own command line
   * @throws IOException when nothing there could go on from the old daemon; says why
   */
  List<String> newCommand(String distribution) throws IOException {
    if (distribution.isEmpty()) {
      return oldCommand;
    }
    Distribution target = Distribution.at(Path.of(distribution));
    newStateVersion = target.stateVersion();
    if (!StateVersion.reads(newStateVersion, oldStateVersion)) {
      throw new IOException(
          target.directory()
              + " cannot go on from the running daemon: it reads state versions "
              + (newStateVersion - 1)
              + " and "
              + newStateVersion
              + ", the daemon writes "
              + oldStateVersion);
    }
    progress("checked " + target.version() + " in " + target.directory());
    return target.command(oldCommand);
  }

  /**
   * What to start when the new daemon fails: the old one, if it can read what the new one wrote.
   */
  List<String> fallBackCommand(List<String> newest) {
    return StateVersion.reads(oldStateVersion, newStateVersion) ? oldCommand : newest;
  }

  void progress(String text) {
    Log.info("upgrade: " + text);
    if (client != null) {
      client.send(new Message.Progress(text));
    }
  }

  /** A daemon is ready; the new one unless this has failed. */
  void ready(DaemonProcess fresh) {
    if (failure != null) {
      return;
    }
    readyNanos = System.nanoTime() - fresh.startedNanos();
    progress(
        fresh.hello().programVersion()
            + " is ready after "
            + TimeUnit.NANOSECONDS.toMillis(readyNanos)
            + " ms");
  }

  void yielded(long sinceNanos) {
    yieldedNanos = sinceNanos;
  }

  /** It has failed; when a daemon serves again this is the reason. The first reason stays. */
  void fail(String reason) {
    if (failure == null) {
      failure = reason;
      progress(reason);
    }
  }

  /** Null unless it has. */
  String failure() {
    return failure;
  }

  /** The new daemon has passed its probation. */
  void done(DaemonProcess fresh, boolean drained) {
    Message.Serving serving = fresh.serving();
    long pause = yieldedNanos < 0 ? -1 : serving.sinceNanos() - yieldedNanos;
    Log.info("upgraded to " + fresh.hello().programVersion() + ", " + fresh);
    answer(
        new Message.Done(
            new UpgradeReport(
                oldVersion,
                fresh.hello().programVersion(),
                fresh.generation(),
                old.pid(),
                fresh.pid(),
                drained,
                readyNanos,
                pause,
                serving.sinceNanos(),
                serving.report())));
  }

  void refuse(String reason) {
    Log.warn("upgrade refused: " + reason);
    answer(new Message.Refused(reason));
  }

  private void answer(Message message) {
    if (client != null) {
      client.send(message);
    }
  }

  @Override
  public void received(Connection from, Packet packet) throws MalformedMessageException {
    throw new MalformedMessageException("one question at a time");
  }

  @Override
  public void closed(Connection connection) {
    client = null;
  }
}
