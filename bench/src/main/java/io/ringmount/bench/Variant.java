package io.ringmount.bench;

import java.util.List;
import java.util.Map;

/**
 * Ringmount with certain mount options.
 *
 * @param name as printed
 * @param options as {@code -o} takes them; empty: the defaults
 */
record Variant(String name, String options) {
  /** The mode in which the kernel may cancel requests when the daemon is killed. */
  private static final String BOUNDED = "crash_safe=bounded";

  /** What is measured when nothing else is asked for. */
  static final List<Variant> STANDARD =
      List.of(
          new Variant("uring", "transport=uring"),
          new Variant("uring sqpoll", "transport=uring,sqpoll"),
          new Variant("device", "transport=device"));

  /** Ways to wait for requests; the first is what the others are compared with. */
  static final List<Variant> WAITING =
      List.of(
          new Variant("blocking", "busy_poll=0"),
          new Variant("busy_poll=20us", "busy_poll=20us"),
          new Variant("busy_poll=50us", "busy_poll=50us"),
          new Variant("busy_poll=auto", "busy_poll=auto"));

  /** The first is what the other is compared with. */
  static final List<Variant> BALANCING =
      List.of(new Variant("balance=off", "balance=off"), new Variant("balance=on", "balance=on"));

  /** Every way to survive a crash. */
  static final List<Variant> RESILIENT =
      List.of(
          new Variant("strict", "transport=uring"),
          new Variant("bounded", "transport=uring," + BOUNDED),
          new Variant("device", "transport=device"));

  /**
   * Nothing is answered from the kernel's caches, except that it may search the root without asking
   * for its attributes each time.
   */
  private static final String UNCACHED = "entry_timeout=0,attr_timeout=1h,direct_io=true";

  /** The server is asked for everything each time. */
  private static final String UNREMEMBERED = "entry_timeout=0,attr_timeout=0,direct_io=true";

  /** The variants of a command line, by name. */
  static List<Variant> of(Map<String, String> optionsByName) {
    return optionsByName.entrySet().stream()
        .map(entry -> new Variant(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** This variant with every operation of a benchmark answered by the server. */
  Variant uncached() {
    return with(UNCACHED);
  }

  /** This variant with nothing at all answered from the kernel's caches. */
  Variant unremembered() {
    return with(UNREMEMBERED);
  }

  /** Whether a killed daemon may cost requests. */
  boolean mayCancel() {
    return List.of(options.split(",", -1)).contains(BOUNDED);
  }

  /** This variant with more options, which come first so that its own override them. */
  Variant with(String more) {
    return new Variant(name, options.isEmpty() ? more : more + "," + options);
  }
}
