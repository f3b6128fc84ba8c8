package io.ringmount.watchdog;

import io.ringmount.upgrade.MalformedMessageException;
import io.ringmount.upgrade.Message;
import io.ringmount.watchdog.DaemonProcess.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * How a watchdog that took another's place gets to know the daemons that are there: the one that
 * serves, and maybe one before it that drains.
 */
final class Adoption {
  private static final Duration LIMIT = Duration.ofSeconds(15);

  /** For the daemon that serves, once the one before it has come. */
  private static final Duration HEIR_LIMIT = Duration.ofSeconds(60);

  private final EventLoop loop;
  private final DaemonRoster roster;
  private final Runnable noHeir;
  private final Alarm alarm;
  private boolean begun;

  /** There while the daemon that serves has not come but the one before it has. */
  private Optional<Heir> heir = Optional.empty();

  /**
   * @param noHeir called when a daemon that drains has come, and none will that serves
   */
  Adoption(EventLoop loop, DaemonRoster roster, Runnable noHeir) {
    this.loop = loop;
    this.roster = roster;
    this.noHeir = noHeir;
    alarm = new Alarm(loop);
  }

  /** Waits for daemons that this watchdog did not start. */
  void begin(Runnable nobodyCame) {
    begun = true;
    alarm.set(LIMIT, nobodyCame);
  }

  /** Whether daemons that this watchdog did not start may come. */
  boolean hasBegun() {
    return begun;
  }

  /** The daemon that serves has come. */
  DaemonProcess serving(Message.Hello hello) throws MalformedMessageException {
    DaemonProcess daemon = adopt(hello, Stage.SERVING);
    alarm.clear();
    disinherit();
    return daemon;
  }

  /**
   * One that drains has come.
   *
   * @param served whether one that serves has come before
   */
  DaemonProcess draining(Message.Hello hello, boolean served) throws MalformedMessageException {
    DaemonProcess daemon = adopt(hello, Stage.DRAINING);
    if (!served) {
      alarm.clear();
      await(hello.successor());
    }
    return daemon;
  }

  private DaemonProcess adopt(Message.Hello hello, Stage stage) throws MalformedMessageException {
    try {
      DaemonProcess daemon = roster.adopt(hello, stage);
      daemon.since(loop.nanoTime());
      Log.info("goes on with " + daemon);
      return daemon;
    } catch (IOException e) {
      throw new MalformedMessageException(e.getMessage());
    }
  }

  private void await(int successor) throws MalformedMessageException {
    try {
      heir = Heir.await(loop, successor, HEIR_LIMIT, this::heirEnded);
    } catch (IOException e) {
      throw new MalformedMessageException(e.getMessage());
    }
    if (heir.isEmpty()) {
      noHeir.run();
    }
  }

  private void heirEnded() {
    disinherit();
    noHeir.run();
  }

  private void disinherit() {
    heir.ifPresent(Heir::close);
    heir = Optional.empty();
  }
}
