package io.ringmount.bench.torture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The longest call that was under way at some moment of each event, and those apart from all. */
final class Pauses {
  private static final double NANOS_A_MILLI = 1e6;
  private static final int MOST_APART = 3;

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

  /**
   * A call that met no event: what the load, or what follows an event, makes of a call.
   *
   * @param call a slow one
   * @param since nanoseconds from the end of the last event before it; empty: none was before it
   * @param stall how long the machine itself stood still meanwhile, at most
   */
  record Apart(SlowCall call, OptionalLong since, long stall) {
    @Override
    public String toString() {
      return "%10.2f ms at other times, %s, %s; the machine stood still for %.2f ms"
          .formatted(
              call.nanos() / NANOS_A_MILLI,
              call.name(),
              since.isPresent()
                  ? "%.0f ms after an event".formatted(since.getAsLong() / NANOS_A_MILLI)
                  : "before the first event",
              stall / NANOS_A_MILLI);
    }
  }

  private final List<Pause> pauses = new ArrayList<>();
  private final List<Apart> apart;

  /**
   * @param calls slow ones, of all clients; those that wait for the storage are not counted
   * @param stalls of the machine
   */
  Pauses(List<Event> events, List<SlowCall> calls, List<SlowCall> stalls) {
    List<SlowCall> counted = calls.stream().filter(each -> !each.waitsForStorage()).toList();
    for (Event event : events) {
      pauses.add(
          new Pause(
              event,
              longest(counted, event.begin(), event.end()),
              stall(stalls, event.begin(), event.end())));
    }
    apart =
        counted.stream()
            .filter(call -> events.stream().noneMatch(e -> call.overlaps(e.begin(), e.end())))
            .sorted(Comparator.comparingLong(SlowCall::nanos).reversed())
            .limit(MOST_APART)
            .map(call ->
                new Apart(call, since(events, call), stall(stalls, call.begin(), call.end())))
            .toList();
  }

  private static Optional<SlowCall> longest(List<SlowCall> calls, long begin, long end) {
    return calls.stream()
        .filter(each -> each.overlaps(begin, end))
        .max(Comparator.comparingLong(SlowCall::nanos));
  }

  private static long stall(List<SlowCall> stalls, long begin, long end) {
    return longest(stalls, begin, end).map(SlowCall::nanos).orElse(0L);
  }

  private static OptionalLong since(List<Event> events, SlowCall call) {
    return events.stream()
        .filter(event -> event.end() <= call.begin())
        .mapToLong(event -> call.begin() - event.end())
        .min();
  }

  /** The slowest calls that met no event, slowest first. */
  List<Apart> apart() {
    return apart;
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
