package io.ringmount.channels;

import java.util.Map;

/**
 * What can be changed while mounted.
 *
 * @param busyPoll of every channel that has none of its own
 * @param busyPollByCpu of the channels on these CPUs
 * @param busyPollShare the most of a CPU that a channel may spend polling without result, 0 to 1
 * @param spinShare the fraction of channels that poll at all, 0 to 1; the others only block
 */
public record Tuning(
    BusyPoll busyPoll,
    Map<Integer, BusyPoll> busyPollByCpu,
    double busyPollShare,
    double spinShare) {
  public static final Tuning DEFAULT = new Tuning(BusyPoll.AUTO, Map.of(), 0.25, 1.0);

  public Tuning {
    busyPollByCpu = Map.copyOf(busyPollByCpu);
    requireShare("busyPollShare", busyPollShare);
    requireShare("spinShare", spinShare);
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " is " + value + ", must be 0 to 1");
    }
  }

  public BusyPoll busyPoll(int cpu) {
    return busyPollByCpu.getOrDefault(cpu, busyPoll);
  }
}
