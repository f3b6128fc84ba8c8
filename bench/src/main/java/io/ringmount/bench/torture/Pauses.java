package io.ringmount.bench.torture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The longest call that was under way at some moment of each event. */
final class Pauses {
  private static final double NANOS_A_MILLI = 1e6;

  /**
   * One event's.
   *
   * @param event what was done
   * @param slowest the longest call; empty: all were too short to be reported
   * @param stall how long the machine itself stood still meanwhile, at most
   */
  record Pause(Event event, Optional<SlowCall> slowest, long stall) {
    /** At least what is not reported. */
    long nanos() {
      return slowest.map(SlowCall::nanos).orElse(Journal.SLOW_NANOS);
    }

    double millis() {
      return nanos() / NANOS_A_MILLI;
    }

    double stallMillis() {
      return stall / NANOS_A_MILLI;
    }
  }

  private final List<Pause> pauses = new ArrayList<>();

  /**
   * @param calls slow ones, of all clients; those that wait for the storage are not counted
   * @param stalls of the machine
   */
  Pauses(List<Event> events, List<SlowCall> calls, List<SlowCall> stalls) {
    for (Event event : events) {
      Optional<SlowCall> slowest =
          longest(event, calls.stream().filter(each -> !each.waitsForStorage()).toList());
      long stall = longest(event, stalls).map(SlowCall::nanos).orElse(0L);
      pauses.add(new Pause(event, slowest, stall));
    }
  }

  private static Optional<SlowCall> longest(Event event, List<SlowCall> calls) {
    return calls.stream()
        .filter(each -> each.overlaps(event))
        .max(Comparator.comparingLong(SlowCall::nanos));
  }

  /** The longest call, in nanoseconds, that met no event: what the load itself makes of a call. */
  static long longestApart(List<Event> events, List<SlowCall> calls) {
    return calls.stream()
        .filter(call -> !call.waitsForStorage() && events.stream().noneMatch(call::overlaps))
        .mapToLong(SlowCall::nanos)
        .max()
        .orElse(0);
  }

  List<Pause> list() {
    return List.copyOf(pauses);
  }

  /** The pause in milliseconds that this share of all does not exceed, 0 to 1; 0 without any. */
  double millis(double share) {
    if (pauses.isEmpty()) {
      return 0;
    }
    int rank = (int) Math.ceil(share * pauses.size());
    return pauses.stream().map(Pause::millis).sorted().toList().get(Math.max(0, rank - 1));
  }

  /** How many are longer than {@code from} and not longer than {@code to} milliseconds. */
  long between(double from, double to) {
    return pauses.stream().filter(each -> each.millis() > from && each.millis() <= to).count();
  }
}
