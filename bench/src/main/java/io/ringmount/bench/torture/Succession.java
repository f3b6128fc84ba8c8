package io.ringmount.bench.torture;

import java.util.ArrayList;
import java.util.List;

/**
 * Which daemon and which watchdog a mount must have, from event to event. What is wrong is told
 * once: what comes later is counted from what was found.
 */
final class Succession {
  private final boolean standby;
  private ServiceState last;
  private String lastEvent = "the mount";

  /** Generations that standbys may have taken since the last daemon and never served. */
  private int unserved;

  /**
   * @param first who serves before any event
   * @param standby whether a second daemon is kept ready
   */
  Succession(ServiceState first, boolean standby) {
    this.last = first;
    this.standby = standby;
  }

  /** What is wrong with those that are there when an event is over. */
  List<String> after(String event, Replacement replacement, ServiceState now) {
    lastEvent = event;
    boolean lost = standby && replacement.standbyLost();
    if (!replacement.replaces(Victim.DAEMON)) {
      List<String> wrong = check(replacement, 0, now);
      unserved += lost ? 1 : 0;
      return wrong;
    }
    List<String> wrong = check(replacement, unserved + (lost ? 1 : 0), now);
    // The watchdog may have been killed when the next standby was there already.
    unserved = lost && replacement.replaces(Victim.WATCHDOG) ? 1 : 0;
    return wrong;
  }

  /** What is wrong with those that are there some time after the last event. */
  List<String> still(ServiceState now) {
    return check(Replacement.NONE, 0, now);
  }

  /**
   * @param skipped generations, at most, that no daemon had to serve
   */
  private List<String> check(Replacement replacement, int skipped, ServiceState now) {
    List<String> wrong = new ArrayList<>();
    int least = last.generation() + (replacement.replaces(Victim.DAEMON) ? 1 : 0);
    int most = least + skipped;
    if (now.generation() > most) {
      wrong.add(generations(now.generation() - most, "too many", least, most, now));
    } else if (now.generation() < least) {
      wrong.add(generations(least - now.generation(), "too few", least, most, now));
    } else {
      checkProcess(wrong, Victim.DAEMON, replacement, now);
    }
    checkProcess(wrong, Victim.WATCHDOG, replacement, now);
    last = now;
    return wrong;
  }

  private String generations(int number, String how, int least, int most, ServiceState now) {
    String expected = least == most ? "" + least : least + " to " + most;
    return "%d daemons %s: expected generation %s, found %d after %s"
        .formatted(number, how, expected, now.generation(), lastEvent);
  }

  private void checkProcess(
      List<String> wrong, Victim process, Replacement replacement, ServiceState now) {
    boolean replaced = process.pid(now) != process.pid(last);
    if (replaced != replacement.replaces(process)) {
      wrong.add(
          "the %s was %s after %s: %s, before %s"
              .formatted(process.label(), replaced ? "replaced" : "kept", lastEvent, now, last));
    }
  }
}
