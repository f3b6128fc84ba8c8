package io.ringmount.watchdog;

import io.ringmount.upgrade.Message;
import java.util.List;
import java.util.Optional;

/** Has at most one upgrade under way; whatever happens while there is none is ignored. */
final class UpgradeDesk {
  private Optional<PlannedUpgrade> running = Optional.empty();

  /** Turns down what was asked for, before it began. */
  static void turnDown(Connection client, String reason) {
    Log.warn("upgrade refused: " + reason);
    client.send(new Message.Refused(reason));
  }

  void begin(PlannedUpgrade upgrade) {
    running = Optional.of(upgrade);
  }

  /** Whether one is under way that has not failed. */
  boolean isHopeful() {
    return running.isPresent() && running.get().failure() == null;
  }

  void ready(DaemonProcess daemon) {
    running.ifPresent(each -> each.ready(daemon));
  }

  void yielded(long sinceNanos) {
    running.ifPresent(each -> each.yielded(sinceNanos));
  }

  void progress(String text) {
    running.ifPresent(each -> each.progress(text));
  }

  /**
   * The new daemon has failed, after the old one yielded.
   *
   * @param command of the new daemon
   * @return what to start instead
   */
  List<String> fallBack(String reason, List<String> command) {
    if (!isHopeful()) {
      return command;
    }
    running.get().fail(reason);
    return running.get().fallBackCommand(command);
  }

  /** After a failure another daemon serves. */
  void fellBack(DaemonProcess daemon) {
    running.ifPresent(each ->
        each.refuse(each.failure() + "; " + daemon.hello().programVersion() + " serves again"));
    running = Optional.empty();
  }

  void refuse(String reason) {
    running.ifPresent(each -> each.refuse(reason));
    running = Optional.empty();
  }

  /** The new daemon has passed its probation. */
  void done(DaemonProcess daemon, boolean drained) {
    running.ifPresent(each -> each.done(daemon, drained));
    running = Optional.empty();
  }
}
