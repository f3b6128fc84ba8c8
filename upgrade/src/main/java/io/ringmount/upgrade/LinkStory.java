package io.ringmount.upgrade;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a daemon has told its watchdog, as far as another watchdog must know. Not thread-safe. */
final class LinkStory {
  private LinkPhase phase;
  private int successor;
  private Message.Serving serving;
  private Message.Yielded yielded;
  private final Set<String> keptSinceYield = new TreeSet<>();

  LinkStory(boolean first) {
    phase = first ? LinkPhase.FIRST : LinkPhase.STANDBY;
  }

  LinkPhase phase() {
    return phase;
  }

  /** The watchdog has decided that this daemon serves. */
  void takesOver() {
    phase = LinkPhase.SERVING;
  }

  /** The watchdog has decided that another daemon serves. */
  void yieldsTo(int pid) {
    phase = LinkPhase.YIELDED;
    successor = pid;
  }

  /** Pid of the daemon that this one yielded to, 0 for none. */
  int successor() {
    return successor;
  }

  /** The daemon has had something kept. */
  void kept(String name) {
    if (phase == LinkPhase.YIELDED) {
      keptSinceYield.add(name);
    }
  }

  /** The daemon has had something dropped. */
  void dropped(String name) {
    keptSinceYield.remove(name);
  }

  /** Whether the daemon that serves may not know of it. */
  boolean isKeptSinceYield(String name) {
    return keptSinceYield.contains(name);
  }

  /** The daemon says something. */
  void told(Message message) {
    switch (message) {
      case Message.Serving each -> {
        serving = each;
        phase = LinkPhase.SERVING;
      }
      case Message.Yielded each -> {
        yielded = each;
        phase = LinkPhase.YIELDED;
      }
      case Message.Drained _, Message.Failed _, Message.Ended _ -> phase = LinkPhase.OVER;
      default -> {
        // Nothing that outlives a watchdog.
      }
    }
  }

  /** What to say after a hello and the descriptors but those kept since it yielded. */
  List<Message> again() {
    List<Message> messages = new ArrayList<>();
    if (phase == LinkPhase.SERVING && serving != null) {
      messages.add(serving);
    }
    if (phase == LinkPhase.YIELDED && yielded != null) {
      messages.add(yielded);
    }
    return messages;
  }
}
